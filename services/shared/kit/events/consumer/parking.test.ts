import { describe, expect, it } from 'vitest'
import { NOBODYS } from '../../../contracts/dead-letters.ts'
import { ProjectDeleted, projectEvents } from '../../../contracts/project/events.ts'
import { systemClock } from '../../clock.ts'
import { memoryDapr } from '../../dapr/memory-dapr.ts'
import { Refused } from '../../decider.ts'
import { silentLogger } from '../../observe/log.ts'
import { consumer } from './consumer.ts'
import { on, type Received } from './handler.ts'
import { memoryStore } from '../store/memory-store.ts'
import { parking } from './parking.ts'
import type { ConsumerStore } from '../store/store.ts'
import { producer } from '../test/producer.ts'

const consume = (sidecar: ReturnType<typeof memoryDapr>, db: ConsumerStore, handle: (event: Received) => Promise<void>) => {
  const one = consumer({
    name: 'test', topics: [projectEvents], db, dapr: sidecar, clock: systemClock, logger: silentLogger, pollMs: 60_000, answerMs: 30_000,
    handlers: [on(ProjectDeleted, handle)],
  })
  /** Brings it and waits until it is handled, or parked. */
  const take = async (...events: readonly unknown[]): Promise<void> => {
    for (const event of events) await one.deliver(event, 'project-events')
    await expect.poll(() => one.gauges().lag).toBe(0)
  }
  const waiting = async () => (await one.deadLetters.list({ state: 'waiting', limit: 10 })).map(l => l.position)
  return { ...one, take, waiting }
}
const fail = async (): Promise<void> => { throw new Error('bug') }

describe('what comes after a dead letter of the same aggregate', () => {
  it('waits behind it, also when the letter came while the letters were being read', async () => {
    const { events } = await producer(['b', 'a', 'a'], { partitions: 1 })
    const [store, gate] = [memoryStore(), Promise.withResolvers<void>()]
    let reads = -Infinity
    const slow: ConsumerStore = { ...store, waitingLetters: async (...asked) => {
      const letters = await store.waitingLetters(...asked)
      if (reads++ === 0) await gate.promise
      return letters
    } }
    const seen: string[] = []
    const one = consume(memoryDapr(), slow, async event => {
      if (event.subject === 'a' && event.version === 1) throw new Error('bug')
      seen.push(event.subject)
    })
    await one.take(events[0])
    reads = 0
    // Nobody answers for the producer here: only its first step matters, that reads the letters.
    const polled = one.caughtUp().catch(() => {})
    await expect.poll(() => reads).toBe(1)
    await one.take(events[1])
    gate.resolve()
    await polled
    await one.take(events[2])
    expect([seen, await one.waiting()]).toEqual([['b'], [1, 2]])
  })
  it('waits behind it, also when the letters could not be read at first', async () => {
    const { events } = await producer(['a', 'a'], { partitions: 1 })
    const store = memoryStore()
    const before = consume(memoryDapr(), store, fail)
    await before.take(events[0])
    await before.stop()
    let outages = 1
    const flaky: ConsumerStore = { ...store, waitingLetters: async (...asked) => {
      if (outages-- > 0) throw new Refused('unavailable', 'mongo-down')
      return store.waitingLetters(...asked)
    } }
    const seen: number[] = []
    const one = consume(memoryDapr(), flaky, async event => { seen.push(event.version) })
    await one.take(events[1])
    expect([seen, await one.waiting()]).toEqual([[], [0, 1]])
  })
  it('keeps no other aggregate waiting when the letter was settled, but what it needs is away', async () => {
    const { sidecar, events } = await producer(['a', 'a', 'b'], { partitions: 1 })
    const store = memoryStore()
    const before = consume(memoryDapr(), store, fail)
    await before.take(events[0], events[1])
    await before.stop()
    const [first] = await before.deadLetters.list({ limit: 1 })
    await store.moveDeadLetter(first!.id, 'waiting', 'skipped')
    const seen: string[] = []
    const one = consume(sidecar, store, async event => {
      if (event.subject === 'a') throw new Refused('unavailable', 'mongo-down')
      seen.push(event.subject)
    })
    await one.caughtUp()
    expect([seen, await one.waiting()]).toEqual([['b'], [1]])
  })
  it('is queued and goes on without the others being read again and again', async () => {
    const { events } = await producer(Array.from({ length: 60 }, () => 'a'), { partitions: 1 })
    const store = memoryStore()
    let [read, broken] = [0, true]
    const count = async <T>(rows: Promise<T[]>): Promise<T[]> => { const all = await rows; read += all.length; return all }
    const seen: number[] = []
    const counting: ConsumerStore = {
      ...store,
      deadLetters: filter => count(store.deadLetters(filter)),
      waitingLetters: (...asked) => count(store.waitingLetters(...asked)),
    }
    const one = consume(memoryDapr(), counting, async ({ version }) => {
      if (broken) throw new Error('bug')
      seen.push(version)
    })
    await one.take(...events)
    expect([read, (await store.waitingLetters('test')).length]).toEqual([0, events.length])
    broken = false
    const [first] = await store.deadLetters({ limit: 1, consumer: 'test' })
    expect(await one.deadLetters.replay(first!.id)).toMatchObject({ replayed: events.length, goesOn: false })
    expect([seen, read]).toEqual([events.map(e => e.aggregateversion), events.length - 1])
  })
  it('waits behind a later letter when another process has settled the first', async () => {
    const { events } = await producer(['a', 'a', 'a', 'a'], { partitions: 1 })
    const store = memoryStore()
    const one = consume(memoryDapr(), store, fail)
    await one.take(events[0], events[1])
    const [first] = await one.deadLetters.list({ limit: 1 })
    await store.moveDeadLetter(first!.id, 'waiting', 'replayed')
    await one.take(events[2])
    expect([await one.waiting(), (await one.deadLetters.list({ limit: 9 })).at(-1)?.behind]).toEqual([[1, 2], `test~project-events~${events[1]?.id}`])
  })
  it.each([2, 3])('waits behind the one that failed in another process, also while this one goes on and is at version %s', async at => {
    const { sidecar, events } = await producer(['a', 'a', 'a', 'a'], { partitions: 1 })
    const [store, gate] = [memoryStore(), Promise.withResolvers<void>()]
    const before = consume(sidecar, store, fail)
    await before.take(...events)
    await before.stop()
    const seen: number[] = []
    const one = consume(sidecar, store, async ({ version }) => {
      seen.push(version)
      if (version === at) await gate.promise
    })
    const other = consume(sidecar, store, async ({ version }) => { if (version === 3) throw new Error('bug') })
    const [first] = await before.deadLetters.list({ limit: 1 })
    const replay = one.deadLetters.replay(first!.id)
    await expect.poll(() => seen).toContain(at)
    await other.caughtUp()
    gate.resolve()
    await replay
    expect([seen.includes(4), await one.waiting()]).toEqual([false, [2, 3]])
  })
  describe('is settled by the process that was first', () => {
    const waits = async (versions: number) => {
      const { sidecar, events } = await producer(Array.from({ length: versions }, () => 'a'), { partitions: 1 })
      const [store, gate] = [memoryStore(), Promise.withResolvers<void>()]
      const before = consume(sidecar, store, fail)
      await before.take(...events)
      await before.stop()
      const [first] = await before.deadLetters.list({ limit: 1 })
      await store.moveDeadLetter(first!.id, 'waiting', 'skipped')
      /** Handles all but version 2 at once; that one when the gate is open, or not at all. */
      const process = (at2: () => Promise<void>, db: ConsumerStore = store) => {
        const seen: number[] = []
        return { seen, ...consume(sidecar, db, async ({ version }) => { seen.push(version); if (version === 2) await at2() }) }
      }
      return { store, gate, process, failsLate: async () => { await gate.promise; await fail() } }
    }
    it('and not parked by one that failed and died before it could say so', async () => {
      const { store, gate, process } = await waits(4)
      const one = process(() => gate.promise)
      const dying = process(fail, { ...store, moveDeadLetter: async () => { throw new Error('kill -9') } })
      const handled = one.caughtUp()
      await expect.poll(() => one.seen).toContain(2)
      await dying.caughtUp()
      expect(await dying.waiting()).toEqual([1, 1, 2, 3])
      gate.resolve()
      await handled
      expect([one.seen, await one.waiting()]).toEqual([[2, 3, 4], []])
    })
    it('and not parked by one that fails afterwards', async () => {
      const { gate, process, failsLate } = await waits(4)
      const [one, slow] = [process(async () => {}), process(failsLate)]
      const failed = slow.caughtUp()
      await expect.poll(() => slow.seen).toContain(2)
      await one.caughtUp()
      gate.resolve()
      await failed
      expect([one.seen, await slow.waiting()]).toEqual([[2, 3, 4], []])
    })
    it('and parked when it fails in both', async () => {
      const { gate, process, failsLate } = await waits(4)
      const both = [process(failsLate), process(failsLate)]
      const failed = both.map(one => one.caughtUp())
      await expect.poll(() => both.every(one => one.seen.includes(2))).toBe(true)
      gate.resolve()
      await Promise.all(failed)
      expect(await Promise.all(both.map(one => one.waiting()))).toEqual([[1, 2, 3], [1, 2, 3]])
      expect(both.some(one => one.seen.includes(3))).toBe(false)
    })
  })
  it.each([[1, 'it'], [2, 'it'], [2, 'another process, too,']])('queues while version %i is replayed and %s settles it; no other waits for that', async (at, who) => {
    const { sidecar, events } = await producer(['a', 'a', 'a', 'b'], { partitions: 1 })
    const [store, gate] = [memoryStore(), Promise.withResolvers<void>()]
    let broken = true
    const seen: string[] = []
    const one = consume(sidecar, store, async ({ subject, version }) => {
      if (broken) throw new Error('bug')
      if (subject === 'a' && version === at) await gate.promise
      seen.push(`${subject}${version}`)
    })
    await one.take(events[0], events[1])
    broken = false
    const letters = await one.deadLetters.list({ limit: 2 })
    const replay = one.deadLetters.replay(letters[0]!.id)
    await expect.poll(() => seen).toHaveLength(at - 1)
    // What polls meanwhile reads the letters anew, and finds none.
    if (who !== 'it') await store.moveDeadLetter(letters[1]!.id, 'waiting', 'replayed').then(one.caughtUp)
    await one.take(events[2], events[3])
    expect(seen).toEqual(at === 1 ? ['b1'] : ['a1', 'b1'])
    gate.resolve()
    await replay
    expect([seen.filter(name => name !== 'b1'), await one.waiting(), one.gauges().parked]).toEqual([['a1', 'a2', 'a3'], [], 0])
  })
  it('is known to wait, however many letters there are', async () => {
    const store = memoryStore()
    for (let i = 0; i <= 10_000; i++) {
      await store.addDeadLetter({
        id: `test~t~${String(i).padStart(5, '0')}`, consumer: 'test', topic: 't', partition: 0, position: i, subject: `s${i}`,
        organizationId: 'org', state: 'waiting', event: {}, reason: 'bug', attempts: 5, behind: null, traceId: null, at: '',
      })
    }
    const park = parking({ store, consumer: 'test', now: () => '' })
    await park.refresh()
    expect(park.has('t', 's10000')).toBe(true)
  })
})

describe('what is no event at all', () => {
  it('is shown to the operators of the organization that it names, and to those of no other', async () => {
    const [{ events }, store] = [await producer(['a']), memoryStore()]
    const one = consume(memoryDapr(), store, async () => {})
    for (const given of [{ ...events[0], partition: 'first' }, { hello: 1 }, { organizationid: ['org'] }]) expect(await one.deliver(given, 'project-events')).toBe('SUCCESS')
    const numberOf = async (organizationId: string) => (await one.deadLetters.list({ organizationId, limit: 10 })).length
    expect([await numberOf('org'), await numberOf('another'), await numberOf(NOBODYS)]).toEqual([1, 0, 2])
  })
  it('is counted until it is settled, also by the next process, and holds up no other', async () => {
    const [{ sidecar, events }, store] = [await producer(['a']), memoryStore()]
    const one = consume(sidecar, store, async () => {})
    for (const given of [{ hello: 1 }, { hello: 2 }, { hello: 1 }]) await one.deliver(given, 'project-events')
    expect(one.gauges().parked).toBe(2)
    const [first, second] = await one.deadLetters.list({ limit: 10 })
    expect(await one.deadLetters.skip(first!.id)).toMatchObject({ state: 'skipped' })
    expect(one.gauges().parked).toBe(1)
    const seen: string[] = []
    const next = consume(sidecar, store, async ({ id }) => { seen.push(id) })
    await next.caughtUp()
    expect([seen, next.gauges().parked]).toEqual([events.map(e => e.id), 1])
    await next.deadLetters.skip(second!.id)
    expect(next.gauges().parked).toBe(0)
  })
})
