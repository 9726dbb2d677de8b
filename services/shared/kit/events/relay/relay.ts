import type { CloudEvent } from '../../../contracts/feed.ts'
import { cloudEvents } from './cloud-event.ts'
import { BATCH_BYTES, jsonBytes } from '../../batching/weight.ts'
import { backOff } from '../../waiting.ts'
import type { Logger } from '../../observe/log.ts'
import type { CommitStore, Segment } from '../store/store.ts'

const BATCH = 200
const TRIES_OF_ONE = 10

type Entry = { id: string; segment: Segment | undefined; since: number; published: () => void }
export type RelayOptions = {
  store: Pick<CommitStore, 'findSegment'>
  source: string
  publish: (events: readonly CloudEvent[]) => Promise<readonly { id: string; error: string }[]>
  logger: Logger
  /** So many bytes of segments are kept in memory while the broker is away; what is beyond is read again from the store. */
  heldBytes?: number
}
export type Relay = ReturnType<typeof relay>

/** Publishes the segments of one partition in order, one batch at a time, and does not give up. */
export const relay = ({ store, source, publish, logger, heldBytes = 4 * BATCH_BYTES }: RelayOptions) => {
  const queue: Entry[] = []
  let held = 0
  const retry = backOff({ first: 50, most: 5_000 })
  let running: Promise<void> | undefined
  let stopped = false

  const eventsOf = async (entry: Entry): Promise<CloudEvent[]> => {
    // Kept: what finds no room in this batch is the first of the next.
    entry.segment ??= await store.findSegment(entry.id)
    if (!entry.segment) throw new Error(`segment ${entry.id} is not in the store`)
    return cloudEvents(source, entry.segment)
  }
  /** True when all are with the broker, or the rest was given up. */
  const send = async (events: readonly CloudEvent[]): Promise<boolean> => {
    let left = events
    for (let tries = 1; left.length > 0; tries++) {
      if (stopped) return false
      try {
        const failed = await publish(left)
        if (failed.length === 0) break
        // The broker takes others but not these: consumers will miss them and fetch them from the feed.
        if (failed.length < left.length || tries < TRIES_OF_ONE) left = left.filter(e => failed.some(f => f.id === e.id))
        logger.warn({ failed: failed.slice(0, 3), tries }, 'the broker did not take events')
        if (tries >= TRIES_OF_ONE) { logger.error({ ids: left.map(e => e.id) }, 'events are left to the feed'); break }
      } catch (error) {
        tries--
        logger.warn({ error, waiting: queue.length }, 'publishing waits for the broker')
      }
      await retry.wait()
    }
    retry.reset()
    return true
  }
  const nextBatch = async (): Promise<{ entries: Entry[]; events: CloudEvent[] }> => {
    const entries: Entry[] = []
    // A segment can wait twice, once positioned here and once found by a recovery; a sidecar refuses a bulk that holds an event twice.
    const events = new Map<string, CloudEvent>()
    for (const entry of queue) {
      if (events.size >= BATCH) break
      const more = await eventsOf(entry)
      // A bulk of more is sent as two, one after the other.
      if (entries.length > 0 && events.size + more.length > BATCH) break
      for (const event of more) events.set(event.id, event)
      entries.push(entry)
    }
    return { entries, events: [...events.values()] }
  }
  const run = async (): Promise<void> => {
    while (queue.length > 0 && !stopped) {
      try {
        const { entries, events } = await nextBatch()
        if (!await send(events)) return
        queue.splice(0, entries.length)
        for (const entry of entries) entry.published()
      } catch (error) {
        logger.warn({ error, waiting: queue.length }, 'publishing waits for the store')
        await retry.wait()
      }
    }
  }
  const kick = (): void => {
    running ??= run().finally(() => {
      running = undefined
      if (queue.length > 0 && !stopped) kick()
    })
  }

  return {
    /** `bytes`: what the segment weighs, where that is known. */
    add: (segment: Segment, published: () => void, bytes = jsonBytes(segment.commits)): void => {
      const kept = held < heldBytes ? bytes : 0
      held += kept
      queue.push({ id: segment.id, segment: kept > 0 ? segment : undefined, since: performance.now(), published: () => { held -= kept; published() } })
      kick()
    },
    waiting: (): number => queue.length,
    oldestMs: (): number => (queue[0] ? performance.now() - queue[0].since : 0),
    stop: async (): Promise<void> => { stopped = true; await running },
  }
}
