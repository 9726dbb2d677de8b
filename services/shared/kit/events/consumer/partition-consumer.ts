import type { CloudEvent } from '../../../contracts/feed.ts'
import type { Delivery } from '../../dapr/app-contract.ts'
import { backlog } from './backlog.ts'
import { backOff } from '../../waiting.ts'
import { feedReader } from './feed-reader.ts'
import type { FeedPage } from '../log/event-log.ts'
import { outsideContext } from '../../observe/context.ts'
import type { Logger } from '../../observe/log.ts'
import type { Checkpoint, ConsumerStore } from '../store/store.ts'

const GAP_MS = 100
/** Events that follow each other gather for so long, or until there are so many, and share inserts. One that comes alone never waits. */
const PACE_MS = 50
const ENOUGH = 50
/**
 * Checkpoints follow each other no sooner than this; what a process that dies had not written down is handled once more.
 * Where another process has a part, too, it finds them when it looks: after a gap.
 */
const CHECKPOINT_MS = 500
/** Another process has a part as long as its last checkpoint was found within this. */
const OTHERS_MS = 60_000
const FEED = 500

export type PartitionConsumerOptions = {
  id: string
  store: Pick<ConsumerStore, 'checkpoint' | 'saveCheckpoint'>
  logger: Logger
  /** Public events after a position, from the producer. */
  feed: (after: number, limit: number) => Promise<FeedPage>
  /** Handles events in order; a throw is an outage, and all of them come again. */
  handle: (events: readonly CloudEvent[]) => Promise<void>
  /** So many events at once. */
  run: number
  /** Called when another process may have gone ahead, and parked something. */
  refresh: () => Promise<void>
}
export type PartitionConsumer = ReturnType<typeof partitionConsumer>

/** One partition of one topic, handled in order by position without a hole: what the broker does not bring comes from the feed. */
export const partitionConsumer = ({ id, store, logger, feed, handle, run: most, refresh }: PartitionConsumerOptions) => {
  const came = backlog()
  const retry = backOff({ first: 100, most: 5_000 })
  let checkpoint: Checkpoint | undefined
  /** Others may have parked something since `refresh` was called. */
  let stale = true
  let next = 0
  const reader = () => feedReader(after => feed(after, FEED))
  let read = reader()
  let target = 0
  /** Where the producer has said that it ends, until the next step has looked at it. */
  let said: number | undefined
  let saved = -Infinity
  /** When a checkpoint of another process was last found. */
  let othersAt = -Infinity
  /** What was to be written when the answer was lost: it may be there. */
  let unanswered: number | undefined
  let later: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let stopped = false

  const pace = (): number => (performance.now() - othersAt < OTHERS_MS ? GAP_MS : CHECKPOINT_MS)
  const advance = (to: number): void => {
    next = Math.max(next, to)
    came.drop(next)
  }
  const beginAnew = (from: number): void => {
    next = from
    stale = true
    read = reader()
    came.refuse()
    came.clear()
  }
  /** Takes over how far this consumer has come, here or in another process; false where it has come no further. */
  const load = async (): Promise<boolean> => {
    const known = checkpoint
    checkpoint = await store.checkpoint(id) ?? { id, next: 0, revision: 0 }
    if (known && known.epoch !== checkpoint.epoch) {
      beginAnew(checkpoint.next)
      return true
    }
    if (known && checkpoint.revision > known.revision && checkpoint.next !== unanswered) othersAt = performance.now()
    const ahead = checkpoint.next > next
    stale ||= ahead
    advance(checkpoint.next)
    return ahead
  }
  const save = async (): Promise<void> => {
    saved = performance.now()
    while (checkpoint && checkpoint.next < next) {
      const wanted = next
      const stored = await store.saveCheckpoint({ ...checkpoint, next: wanted }).catch((error: unknown) => { unanswered = wanted; throw error })
      if (stored) checkpoint = { ...checkpoint, next: wanted, revision: checkpoint.revision + 1 }
      else await load()
    }
  }
  /** Goes back to where the producer ends, if that is still before what was handled: it may have said so before it went on. */
  const check = async (head: number): Promise<void> => {
    if (!checkpoint || (await feed(next - 1, 1)).head >= next) return
    logger.error({ partition: id, handled: next, head }, 'the log of the producer begins anew; going on from its end')
    await store.saveCheckpoint({ ...checkpoint, next: head, epoch: (checkpoint.epoch ?? 0) + 1 })
    // Also where another process was first.
    await load()
  }
  const follows = (): boolean => came.follows(next - 1)
  const fill = async (): Promise<void> => {
    // The broker may only be late: wait a little, then look whether another process has it, then ask the producer.
    if (came.size() > 0) {
      await came.until(() => follows() || stopped, GAP_MS)
      if (follows()) return
      if (await load()) return
    }
    const { events, ended } = await read(next)
    came.add(events)
    if (follows()) return
    if (events.length === 0) {
      if (!ended) return
      target = Math.min(target, next)
      // What an earlier page brought may no longer follow what is handled: it is read again.
      if (came.size() > 0) read = reader()
      return
    }
    const first = came.lowest()
    if (!first || await load()) return
    const about = { partition: id, handled: next, previous: first.previous }
    logger.warn(about, 'the log of the producer does not continue what was handled; going on with what it has')
    next = first.previous + 1
  }
  const step = async (): Promise<void> => {
    if (!checkpoint) await load()
    const head = said ?? next
    said = undefined
    if (head < next) await check(head)
    if (stale) { stale = false; await refresh().catch((error: unknown) => { stale = true; throw error }) }
    const run = came.run(next - 1, most)
    const last = run.at(-1)
    if (last) {
      await handle(run)
      advance(last.position + 1)
    } else if (next < target) await fill()
    if (performance.now() - saved >= pace()) await save()
    if (last && follows()) await came.until(() => came.size() >= ENOUGH || stopped, PACE_MS)
  }
  const work = async (): Promise<void> => {
    do {
      try {
        await step()
        retry.reset()
      } catch (error) {
        logger.warn({ error, partition: id, position: next }, 'a partition waits')
        came.refuse()
        await retry.wait()
      }
    } while ((next < target || said !== undefined) && !stopped)
  }
  const kick = (): void => {
    if (stopped) return
    // A turn later, so that all of a delivery is there; it goes on for many, so it is part of no delivery's trace.
    running ??= outsideContext(() => new Promise<void>(resolve => { setImmediate(resolve) }).then(work).finally(() => {
      running = undefined
      if (next < target) kick()
      else if (checkpoint && checkpoint.next < next && !stopped) {
        later ??= setTimeout(() => { later = undefined; kick() }, Math.max(0, saved + pace() - performance.now()))
      }
    }))
  }

  return {
    /** An event from the broker. */
    offer: (event: CloudEvent): Delivery | Promise<Delivery> => {
      if (stopped) return 'RETRY'
      if (checkpoint && event.position < next) return 'SUCCESS'
      target = Math.max(target, event.position + 1)
      kick()
      return came.offer(event, next - 1)
    },
    /** The producer has said so much; less than was handled, where its log is another one now. */
    reach: (head: number): void => {
      target = Math.max(target, head)
      said = head
      if (!checkpoint || next < target || head < next) kick()
    },
    idle: async (): Promise<void> => { while (running) await running },
    lag: (): number => Math.max(0, target - next),
    buffered: (): number => came.size(),
    stop: async (): Promise<void> => {
      stopped = true
      clearTimeout(later)
      came.refuse()
      came.wake()
      await running
      // What is not written down is handled once more.
      await save().catch(() => {})
    },
  }
}
