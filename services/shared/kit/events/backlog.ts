import type { CloudEvent } from '../../contracts/feed.ts'
import type { Delivery } from '../dapr/app-contract.ts'

/** So many events wait in memory; more wait with the broker, until these are handled. */
const ROOM = 2_000
const MOST = 5_000

/** What came of a partition and is not handled yet, by the position it follows. */
export const backlog = () => {
  const events = new Map<number, CloudEvent>()
  const waiting = new Map<number, PromiseWithResolvers<Delivery>>()
  let woken = (): void => {}

  const answer = (delivery: Delivery, below = Infinity): void => {
    for (const [position, { resolve }] of waiting) {
      if (position >= below) continue
      waiting.delete(position)
      resolve(delivery)
    }
  }
  return {
    size: (): number => events.size,
    /** SUCCESS as soon as an event is in here: what is lost with this process comes again from the log. When there is no room, the broker has to wait until it is handled. */
    offer: (event: CloudEvent, after: number): Delivery | Promise<Delivery> => {
      // What finds no room here comes from the feed.
      if (events.size < MOST || event.previous === after) events.set(event.previous, event)
      woken()
      if (events.size <= ROOM) return 'SUCCESS'
      const entry = waiting.get(event.position) ?? Promise.withResolvers<Delivery>()
      waiting.set(event.position, entry)
      return entry.promise
    },
    add: (more: readonly CloudEvent[]): void => { for (const event of more) events.set(event.previous, event) },
    follows: (after: number): boolean => events.has(after),
    /** The events that follow a position without a hole. */
    run: (after: number, most: number): CloudEvent[] => {
      const run: CloudEvent[] = []
      for (let event = events.get(after); event && run.length < most; event = events.get(event.position)) run.push(event)
      return run
    },
    /** Everything below a position is handled. */
    drop: (below: number): void => {
      for (const [previous, event] of events) if (event.position < below) events.delete(previous)
      answer('SUCCESS', below)
    },
    /** Those that wait with the broker may come again. */
    refuse: (): void => { answer('RETRY') },
    clear: (): void => { events.clear() },
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
