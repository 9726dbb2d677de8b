import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CloudEvent } from '../../../contracts/feed.ts'
import { silentLogger } from '../../observe/log.ts'
import { memoryStore } from '../store/memory-store.ts'
import { partitionConsumer } from './partition-consumer.ts'

beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }) })
afterEach(() => { vi.useRealTimers() })

const event = (position: number): CloudEvent => ({
  specversion: '1.0', id: `e${position}`, source: 'project', type: 'Said', subject: `s${position}`, time: '2026-01-01T00:00:00.000Z', data: {},
  dataversion: 1, organizationid: 'o', partition: 0, position, previous: position - 1, aggregateversion: 1, actor: 'u1', correlationid: 'k',
})
const id = 'test/topic/0'

/** Processes of one consumer: what they handled, and how often they asked the producer and wrote checkpoints. */
const processes = ({ lostAnswers = 0, log = new Array<CloudEvent>(), handling = async (): Promise<void> => {}, looking = async (_nth: number): Promise<void> => {} } = {}) => {
  const store = memoryStore()
  const seen = { handled: new Array<number>(), asked: 0, looked: 0, saved: 0, warned: new Array<string>() }
  const open = () => partitionConsumer({
    id, logger: { ...silentLogger, warn: (_, text) => { seen.warned.push(text) } }, run: 200, refresh: async () => {},
    store: { checkpoint: async name => { await looking(++seen.looked); return store.checkpoint(name) }, saveCheckpoint: async checkpoint => {
      const stored = await store.saveCheckpoint(checkpoint)
      if (seen.saved++ < lostAnswers) throw new Error('the answer was lost')
      return stored
    } },
    feed: async after => {
      seen.asked++
      const head = (log.at(-1)?.position ?? -1) + 1
      return { events: log.filter(e => e.position > after), head, next: head }
    },
    handle: async events => {
      await handling()
      seen.handled.push(...events.map(e => e.position))
    },
  })
  return { seen, open, store, next: async () => (await store.checkpoint(id))?.next }
}

/** Two seconds of events, one each 100 ms. */
const bring = async (one: ReturnType<typeof partitionConsumer>, from: number): Promise<void> => {
  for (let position = from; position < from + 20; position++) {
    void one.offer(event(position))
    const idle = one.idle()
    await vi.advanceTimersByTimeAsync(100)
    await idle
  }
}

describe('the checkpoint of a partition', () => {
  it('is written at once after a rest, and then with all of half a second', async () => {
    const { seen, open, next } = processes()
    const one = open()
    for (let position = 0; position < 20; position++) {
      void one.offer(event(position))
      await one.idle()
    }
    expect([seen.handled.length, seen.saved, await next()]).toEqual([20, 1, 1])
    await vi.advanceTimersByTimeAsync(500)
    await one.idle()
    expect([seen.saved, await next()]).toEqual([2, 20])
  })
  it('is written when the process stops', async () => {
    const { open, next } = processes()
    const one = open()
    for (const position of [0, 1]) {
      void one.offer(event(position))
      await one.idle()
    }
    await one.stop()
    expect(await next()).toBe(2)
  })
  it('is there for another process that looks after a gap: what one has handled the other need not ask for', async () => {
    const { seen, open } = processes()
    const both = [open(), open()]
    for (let position = 0; position < 8; position++) {
      const one = both[position % 2]
      void one?.offer(event(position))
      const idle = one?.idle()
      await vi.advanceTimersByTimeAsync(110)
      await idle
    }
    expect(seen).toMatchObject({ handled: [0, 1, 2, 3, 4, 5, 6, 7], asked: 0 })
    seen.saved = 0
    await bring(both[0]!, 8)
    expect(seen.saved).toBeGreaterThan(15)
    // The other has no part any more.
    await vi.advanceTimersByTimeAsync(60_000)
    seen.saved = 0
    await bring(both[0]!, 28)
    expect(seen.saved).toBeLessThan(6)
  })
  it('is written no more often when an answer was lost: what is found there is its own', async () => {
    const { seen, open, next } = processes({ lostAnswers: 1 })
    await bring(open(), 0)
    expect(seen.saved).toBeLessThan(8)
    await vi.advanceTimersByTimeAsync(500)
    await expect.poll(next).toBe(20)
  })
})

describe('a log that was put back behind what is handled', () => {
  const take = async (one: ReturnType<typeof partitionConsumer>, positions: readonly number[]): Promise<void> => {
    for (const position of positions) { void one.offer(event(position)); await one.idle() }
  }
  it('is gone back in for good, though events of before are still being handled', async () => {
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const { seen, open, next } = processes({ log: [event(0), event(1)], handling: () => { begun.resolve(); return gate.promise } })
    const one = open()
    for (let position = 0; position < 5; position++) void one.offer(event(position))
    await begun.promise
    one.reach(2)
    gate.resolve()
    await one.idle()
    await one.stop()
    expect([seen.handled, await next()]).toEqual([[0, 1, 2, 3, 4], 2])
  })
  it('is gone back in by the other processes, too, whatever they have not yet written down', async () => {
    const { open, next } = processes({ log: [event(0), event(1)] })
    const [first, other] = [open(), open()]
    for (const one of [first, other]) await take(one, [0, 1, 2, 3, 4])
    first.reach(2)
    await first.idle()
    expect(await next()).toBe(2)
    await other.stop()
    expect(await next()).toBe(2)
  })
  it('is gone on with where it has grown past that, which is said once', async () => {
    const log = [event(0), event(1), { ...event(6), previous: 1 }, { ...event(7), previous: 6 }]
    const { seen, open, store, next } = processes({ log })
    await store.saveCheckpoint({ id, next: 5, revision: 0 })
    const one = open()
    one.reach(8)
    await one.idle()
    await one.stop()
    expect([seen.handled, seen.warned, await next()]).toEqual([[6, 7], [expect.stringContaining('does not continue')], 8])
  })
  it.each([
    ['the store is away for a moment', [6, 9, 10, 11], undefined],
    ['another process has handled some of it', [9, 10, 11], 8],
  ] as const)('is gone on with where it has grown past that, and nothing is left out, when %s', async (_, handled, others) => {
    const log = [event(0), event(1), { ...event(6), previous: 1 }, { ...event(9), previous: 6 }, event(10)]
    // The second look is the one after the page that does not continue what was handled.
    const { seen, open, store, next } = processes({ log, looking: async nth => {
      if (nth !== 2) return
      if (others === undefined) throw new Error('the store is away')
      await store.saveCheckpoint({ id, next: others, revision: 1 })
    } })
    await store.saveCheckpoint({ id, next: 5, revision: 0 })
    const one = open()
    const reach = async (head: number): Promise<void> => {
      one.reach(head)
      const idle = one.idle()
      await vi.advanceTimersByTimeAsync(1_000)
      await idle
    }
    await reach(11)
    log.push(event(11))
    await reach(12)
    await one.stop()
    expect([seen.handled, await next(), one.lag()]).toEqual([handled, 12, 0])
  })
})
