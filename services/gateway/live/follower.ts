import type { CloudEvent } from '../../shared/contracts/feed.ts'
import { feedReader } from '../../shared/kit/events/consumer/feed-reader.ts'
import type { FeedPage } from '../../shared/kit/events/log/event-log.ts'

export type FollowerOptions = {
  /** The position of the last event that was handed on; undefined: begin with what comes first. */
  at: number | undefined
  /** Events after a position, from the producer. */
  feed: (after: number) => Promise<FeedPage>
  hand: (event: CloudEvent) => void
  patienceMs?: number
}
export type Follower = {
  take(event: CloudEvent): void
  catchUp(): Promise<void>
  /** The producer has less than was handed on: its log is another one now. */
  rewind(head: number): void
  readonly at: number | undefined
  readonly waiting: number
}

// Not the kit's consumer: every gateway has to see every event,
// so it shares no checkpoint with its replicas and keeps nothing that would have to be handled twice.
/** Hands on the events of one partition in order and without holes, whatever the broker loses, repeats or reorders. */
export const follower = ({ at: start, feed, hand, patienceMs = 100 }: FollowerOptions): Follower => {
  let at = start
  let read = feedReader(feed)
  const early = new Map<number, CloudEvent>()
  let timer: NodeJS.Timeout | undefined
  let fetching: Promise<void> | undefined

  const advance = (event: CloudEvent): void => {
    at = event.position
    hand(event)
  }
  const drain = (): void => {
    for (let next = early.get(at ?? -1); next; next = early.get(at ?? -1)) {
      early.delete(next.previous)
      advance(next)
    }
    for (const [previous, event] of early) if (at !== undefined && event.position <= at) early.delete(previous)
  }
  const fetchAll = async (): Promise<void> => {
    for (;;) {
      const { events, ended } = await read((at ?? -1) + 1)
      const before = at ?? -1
      const fresh = events.filter(e => e.position > before)
      for (const event of fresh) advance(event)
      drain()
      if (fresh.length === 0 && ended) return
    }
  }
  const catchUp = (): Promise<void> => (fetching ??= fetchAll().finally(() => { fetching = undefined }))
  const wait = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      if (early.size) catchUp().catch(() => { if (early.size) wait() })
    }, patienceMs).unref()
  }
  return {
    take: event => {
      at ??= event.previous
      if (event.position <= at) return
      early.set(event.previous, event)
      drain()
      if (early.size) wait()
    },
    catchUp,
    rewind: head => {
      at = head - 1
      read = feedReader(feed)
      early.clear()
    },
    get at() { return at },
    get waiting() { return early.size },
  }
}
