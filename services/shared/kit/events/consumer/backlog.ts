import type { CloudEvent } from '../../../contracts/feed.ts'
import type { Delivery } from '../../dapr/app-contract.ts'
import { BATCH_BYTES, jsonBytes } from '../../batching/weight.ts'
import { shortLivedMap } from '../../short-lived.ts'

/** So many events wait in memory, and so many bytes of them; more wait with the broker, until these are handled. */
const ROOM = { events: 2_000, bytes: 16 * BATCH_BYTES }
const MOST = { events: 5_000, bytes: 32 * BATCH_BYTES }

/** What came of a partition and is not handled yet, by the position it follows. */
export const backlog = () => {
  const events = shortLivedMap<number, { event: CloudEvent; weight: number }>()
  let bytes = 0
  const waiting = shortLivedMap<number, PromiseWithResolvers<Delivery>>()
  let woken = (): void => {}

  const remove = (previous: number): void => {
    bytes -= events.get(previous)?.weight ?? 0
    events.delete(previous)
  }
  const put = (event: CloudEvent): void => {
    remove(event.previous)
    const weight = jsonBytes(event)
    events.set(event.previous, { event, weight })
    bytes += weight
  }
  const answer = (delivery: Delivery, below = Infinity): void => {
    for (const [position, { resolve }] of waiting.entries()) {
      if (position >= below) continue
      waiting.delete(position)
      resolve(delivery)
    }
  }
  return {
    size: (): number => events.size,
    /**
     * SUCCESS as soon as an event is in here: what is lost with this process comes again from the log.
     * When there is no room, the broker has to wait until it is handled.
     */
    offer: (event: CloudEvent, after: number): Delivery | Promise<Delivery> => {
      // What finds no room here comes from the feed.
      if ((events.size < MOST.events && bytes < MOST.bytes) || event.previous === after) put(event)
      woken()
      if (events.size <= ROOM.events && bytes <= ROOM.bytes) return 'SUCCESS'
      const entry = waiting.get(event.position) ?? Promise.withResolvers<Delivery>()
      waiting.set(event.position, entry)
      return entry.promise
    },
    add: (more: readonly CloudEvent[]): void => { more.forEach(put) },
    follows: (after: number): boolean => events.has(after),
    /** What waits at the lowest position. */
    lowest: (): CloudEvent | undefined => {
      let lowest: CloudEvent | undefined
      for (const { event } of events.values()) if (!lowest || event.position < lowest.position) lowest = event
      return lowest
    },
    /** The events that follow a position without a hole, as many as may be handed over at once. */
    run: (after: number, most: number): CloudEvent[] => {
      const run: CloudEvent[] = []
      let weight = 0
      for (let next = events.get(after); next && run.length < most && weight < BATCH_BYTES; next = events.get(next.event.position)) {
        run.push(next.event)
        weight += next.weight
      }
      return run
    },
    /** Everything below a position is handled. */
    drop: (below: number): void => {
      for (const [previous, { event }] of events.entries()) if (event.position < below) remove(previous)
      answer('SUCCESS', below)
    },
    /** Those that wait with the broker may come again. */
    refuse: (): void => { answer('RETRY') },
    clear: (): void => { events.clear(); bytes = 0 },
    /** Waits until what comes makes it true, at most for so long. */
    until: async (holds: () => boolean, ms: number): Promise<void> => {
      if (holds()) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, ms)
      woken = () => { if (holds()) resolve() }
      await promise
      woken = () => {}
      clearTimeout(timer)
    },
    wake: (): void => { woken() },
  }
}
