import type { CloudEvent } from '../../../contracts/feed.ts'
import type { FeedPage } from '../log/event-log.ts'

/** `ended`: behind these events there was nothing when the producer answered. A page without events need not be the last one. */
export type ReadPage = { events: CloudEvent[]; ended: boolean }

/**
 * Reads on in one partition of a producer's feed, one page at a time: the events from a position on, or from behind what was read before.
 * `feed` gives the public events after a position; what it throws is passed on, and the same page can be asked for again.
 */
export const feedReader = (feed: (after: number) => Promise<FeedPage>): ((from: number) => Promise<ReadPage>) => {
  // Behind the last event of a page there may be thousands of private commits.
  let read = 0
  return async from => {
    const first = Math.max(from, read)
    const { events, head, next = 0 } = await feed(first - 1)
    // A log that ends before what was read of it is another one now.
    const another = head < read
    read = another ? 0 : next
    return { events, ended: !another && (next <= first || next >= head) }
  }
}
