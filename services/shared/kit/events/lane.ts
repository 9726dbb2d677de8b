import type { CloudEvent } from '../../contracts/feed.ts'
import type { Delivery } from '../dapr/app-contract.ts'
import { backOff, pause } from './patience.ts'
import type { Logger } from './ports.ts'
import type { Checkpoint, ConsumerStore } from './store.ts'

const BUFFER = 5_000
const GAP_MS = 100
/** Under load events gather for so long, so that one checkpoint serves many. An event that comes alone never waits. */
const PACE_MS = 100
const FEED = 500

export type LaneOptions = {
  id: string
  store: Pick<ConsumerStore, 'checkpoint' | 'saveCheckpoint'>
  logger: Logger
  /** Where to begin when there is no checkpoint. */
  first: () => Promise<number>
  /** Public events after a position, from the producer. */
  feed: (after: number, limit: number) => Promise<readonly CloudEvent[]>
  /** Handles events in order; a throw is an outage, and all of them come again. */
  handle: (events: readonly CloudEvent[]) => Promise<void>
  /** So many events at once. */
  run: number
  /** Called when another process may have gone ahead, and parked something. */
  refresh: () => Promise<void>
}
export type Lane = ReturnType<typeof lane>

/** One partition of one topic, handled in order by position without a hole: what the broker does not bring comes from the feed. */
export const lane = ({ id, store, logger, first, feed, handle, run: most, refresh }: LaneOptions) => {
  const buffer = new Map<number, CloudEvent>()
  const waiting = new Map<number, PromiseWithResolvers<Delivery>>()
  const retry = backOff({ first: 100, most: 5_000 })
  let checkpoint: Checkpoint | undefined
  let next = 0
  let target = 0
  let running: Promise<void> | undefined
  let arrived = Promise.withResolvers<void>()
  let stopped = false

  const answer = (delivery: Delivery, below = Infinity): void => {
    for (const [position, { resolve }] of waiting) {
      if (position >= below) continue
      waiting.delete(position)
      resolve(delivery)
    }
  }
  const advance = (to: number): void => {
    next = Math.max(next, to)
    for (const [previous, event] of buffer) if (event.position < next) buffer.delete(previous)
    answer('SUCCESS', next)
  }
  /** Takes over how far this consumer has come, here or in another process. */
  const load = async (): Promise<boolean> => {
    const before = next
    checkpoint = await store.checkpoint(id) ?? { id, next: await first(), revision: 0 }
    advance(checkpoint.next)
    return next > before
  }
  const save = async (): Promise<void> => {
    while (checkpoint && checkpoint.next < next) {
      const wanted = next
      if (await store.saveCheckpoint({ ...checkpoint, next: wanted })) checkpoint = { id, next: wanted, revision: checkpoint.revision + 1 }
      else if (await load()) await refresh()
    }
  }
  /** The events that follow without a hole. */
  const ready = (): CloudEvent[] => {
    const run: CloudEvent[] = []
    for (let event = buffer.get(next - 1); event && run.length < most; event = buffer.get(event.position)) run.push(event)
    return run
  }
  const fill = async (): Promise<void> => {
    // The broker may only be late: wait a little, then look whether another process has it, then ask the producer.
    if (buffer.size > 0) {
      const until = performance.now() + GAP_MS
      for (let left = GAP_MS; left > 0 && !buffer.has(next - 1); left = until - performance.now()) await Promise.race([arrived.promise, pause(left)])
      if (buffer.has(next - 1)) return
      if (await load()) { await refresh(); return }
    }
    const events = await feed(next - 1, FEED)
    if (events.length === 0) { target = Math.min(target, next); return }
    for (const event of events) buffer.set(event.previous, event)
  }
  const step = async (): Promise<void> => {
    if (!checkpoint) { await load(); await refresh() }
    const run = ready()
    const last = run.at(-1)
    if (!last) { if (next < target) await fill(); return }
    await handle(run)
    next = last.position + 1
    await save()
    advance(next)
    if (next < target && run.length < most) await pause(PACE_MS)
  }
  const work = async (): Promise<void> => {
    do {
      try {
        await step()
        retry.reset()
      } catch (error) {
        logger.warn({ error, lane: id, position: next }, 'a partition waits')
        answer('RETRY')
        await retry.wait()
      }
    } while (next < target && !stopped)
  }
  const kick = (): void => {
    if (stopped) return
    running ??= work().finally(() => {
      running = undefined
      if (next < target) kick()
    })
  }

  return {
    /** An event from the broker: SUCCESS when it has been handled, RETRY when something is away. */
    offer: (event: CloudEvent): Promise<Delivery> => {
      if (stopped) return Promise.resolve('RETRY')
      if (checkpoint && event.position < next) return Promise.resolve('SUCCESS')
      target = Math.max(target, event.position + 1)
      // What finds no room here comes from the feed.
      if (buffer.size < BUFFER || event.previous === next - 1) buffer.set(event.previous, event)
      arrived.resolve()
      arrived = Promise.withResolvers<void>()
      const known = waiting.get(event.position)
      const entry = known ?? Promise.withResolvers<Delivery>()
      waiting.set(event.position, entry)
      kick()
      return entry.promise
    },
    /** The producer has said so much. */
    reach: (head: number): void => {
      target = Math.max(target, head)
      if (!checkpoint || next < target) kick()
    },
    /** The producer has less than was handled: its log is another one now. */
    rewind: async (head: number): Promise<void> => {
      await load()
      if (!checkpoint || checkpoint.next <= head) return
      logger.error({ lane: id, handled: checkpoint.next, head }, 'the log of the producer begins anew; going on from its end')
      if (await store.saveCheckpoint({ ...checkpoint, next: head })) { checkpoint = undefined; next = head; target = head; buffer.clear() }
    },
    idle: async (): Promise<void> => { while (running) await running },
    next: (): number => next,
    lag: (): number => Math.max(0, target - next),
    buffered: (): number => buffer.size,
    stop: async (): Promise<void> => {
      stopped = true
      answer('RETRY')
      await running
    },
  }
}
