import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProjectDeleted, projectEvents } from '../../../contracts/project/events.ts'
import type { CloudEvent } from '../../../contracts/feed.ts'
import { systemClock } from '../../clock.ts'
import { memoryDapr } from '../../dapr/memory-dapr.ts'
import { Refused } from '../../decider.ts'
import { silentLogger } from '../../observe/log.ts'
import { consumer } from './consumer.ts'
import { on, type Received } from './handler.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { ConsumerStore } from '../store/store.ts'
import { killable } from '../test/killable.ts'
import { send } from '../test/parcel.ts'
import { answerFeed, producer } from '../test/producer.ts'

type Handle = (event: Received) => Promise<void>
const consume = (sidecar: ReturnType<typeof memoryDapr>, handle: Handle, db: ConsumerStore = memoryStore(), answerMs = 30_000) =>
  consumer({
    name: 'test', topics: [projectEvents], db, dapr: sidecar, clock: systemClock, logger: silentLogger, pollMs: 60_000, answerMs,
    handlers: [on(ProjectDeleted, handle)],
  })
const deliver = (one: ReturnType<typeof consume>, event: unknown) => one.deliver(event, 'project-events')
/** Waits until all that came is handled. */
const handled = (one: ReturnType<typeof consume>) => expect.poll(() => one.gauges().lag).toBe(0)
const seven = ['a', 'b', 'a', 'c', 'a', 'b', 'c']

describe('a consumer', () => {
  it('handles what the broker brings, once, and acknowledges it', async () => {
    const { events } = await producer(seven)
    const seen: string[] = []
    const one = consume(memoryDapr(), async event => { seen.push(event.id) })
    for (const event of [...events, ...events]) expect(await deliver(one, event)).toBe('SUCCESS')
    await handled(one)
    for (const event of events) expect(await deliver(one, event)).toBe('SUCCESS')
    expect(seen.toSorted()).toEqual(events.map(e => e.id).toSorted())
  })
  it('fetches what the broker lost before it goes on', async () => {
    const { sidecar, events } = await producer(['a', 'a', 'a', 'a'], { partitions: 1 })
    const seen: number[] = []
    const one = consume(sidecar, async event => { seen.push(event.version) })
    expect(await deliver(one, events[2])).toBe('SUCCESS')
    await handled(one)
    expect(seen.slice(0, 3)).toEqual([1, 2, 3])
  })
  it('catches up from the feed when the broker was wiped', async () => {
    const { sidecar, events } = await producer(seven)
    const seen = new Set<string>()
    const one = consume(sidecar, async event => { seen.add(event.id) })
    await one.caughtUp()
    expect(seen.size).toBe(events.length)
    expect(one.gauges()).toEqual({ lag: 0, parked: 0, buffered: 0 })
  })
  it('keeps what it has taken while something is away, and goes on by itself', async () => {
    const { sidecar, events } = await producer(['a', 'a', 'a'], { partitions: 1 })
    const seen: number[] = []
    let tries = 0
    const one = consume(sidecar, async event => {
      if (++tries < 3) throw new Refused('unavailable', 'mongo-down')
      seen.push(event.version)
    })
    for (const event of events) expect(await deliver(one, event)).toBe('SUCCESS')
    await handled(one)
    expect([seen, one.gauges().parked]).toEqual([[1, 2, 3], 0])
  })
  it('hands what it had taken to the next process: a death loses nothing', async () => {
    const { sidecar, events } = await producer(seven)
    const [store, life] = [memoryStore(), killable()]
    const dying = consume(sidecar, async () => { life.kill() }, life.only(store))
    for (const event of events) expect(await deliver(dying, event)).toBe('SUCCESS')
    await expect.poll(life.alive).toBe(false)
    const seen = new Set<string>()
    await consume(sidecar, async event => { seen.add(event.id) }, store).caughtUp()
    expect(seen.size).toBe(events.length)
  })
  it('is not thrown back by a producer that answers while it goes on', async () => {
    const { events, log } = await producer(['a', 'b', 'c'], { partitions: 1 })
    const [sidecar, store] = [memoryDapr(), memoryStore()]
    const one = consume(sidecar, async () => {}, store)
    answerFeed(sidecar, 'project', { feed: log.feed, heads: async () => {
      for (const event of events) await deliver(one, event)
      await handled(one)
      return [1]
    } })
    await one.caughtUp()
    await one.stop()
    expect((await store.checkpoint('test/project-events/0'))?.next).toBe(3)
  })
  it('goes on from the end of a log that was put back behind it, from its first poll on', async () => {
    const { sidecar, parcels, log } = await producer(['a', 'b', 'c'], { partitions: 1 })
    const store = memoryStore()
    await store.saveCheckpoint({ id: 'test/project-events/0', next: 100, revision: 0 })
    const seen: string[] = []
    const one = consume(sidecar, async event => { seen.push(event.subject) }, store)
    await one.caughtUp()
    expect((await store.checkpoint('test/project-events/0'))?.next).toBe(3)
    await parcels.handle('org', 'd', { type: 'send' }, send('d'))
    await log.settled()
    await one.caughtUp()
    expect(seen).toEqual(['d'])
  })
  it('parks an aggregate whose event keeps failing; others go on; replaying brings it all in order', async () => {
    const { sidecar, events } = await producer(['a', 'b', 'a', 'b', 'c', 'a'], { partitions: 1 })
    const seen: string[] = []
    let broken = true
    let tries = 0
    const one = consume(sidecar, async event => {
      if (broken && event.subject === 'a') { tries++; throw new Error('bug') }
      seen.push(`${event.subject}${event.version}`)
    })
    for (const event of events) expect(await deliver(one, event)).toBe('SUCCESS')
    await handled(one)
    expect([seen, tries, one.gauges().parked]).toEqual([['b1', 'b2'], 5, 1])
    const letters = await one.deadLetters.list({ state: 'waiting', limit: 10 })
    expect(letters.map(l => [l.position, l.behind === null])).toEqual([[0, true], [2, false], [5, false]])
    await expect(one.deadLetters.replay(letters[1]!.id)).rejects.toMatchObject({ code: 'dead-letter-behind' })
    expect(await one.deadLetters.replay(letters[0]!.id)).toEqual({ replayed: 0, state: 'waiting', goesOn: false })
    broken = false
    expect(await one.deadLetters.replay(letters[0]!.id, 'org')).toEqual({ replayed: 3, state: 'replayed', goesOn: false })
    expect(seen.slice(2)).toEqual(['a1', 'a2', 'a3'])
    expect(one.gauges().parked).toBe(0)
    await expect(one.deadLetters.replay(letters[0]!.id)).rejects.toMatchObject({ code: 'dead-letter-settled' })
    await expect(one.deadLetters.get(letters[0]!.id, 'another')).rejects.toMatchObject({ kind: 'missing' })
  })
  it('lets an operator skip, and makes the next failure the new head', async () => {
    const { sidecar, events } = await producer(['a', 'a', 'a'], { partitions: 1 })
    let bad = [1, 2]
    const seen: number[] = []
    const one = consume(sidecar, async event => {
      if (bad.includes(event.version)) throw new Error('bug')
      seen.push(event.version)
    })
    for (const event of events) await deliver(one, event)
    await handled(one)
    const [first] = await one.deadLetters.list({ state: 'waiting', limit: 10 })
    expect(await one.deadLetters.skip(first!.id)).toEqual({ replayed: 0, state: 'skipped', goesOn: false })
    const [second] = (await one.deadLetters.list({ state: 'waiting', limit: 10 })).filter(l => l.behind === null)
    bad = []
    expect(await one.deadLetters.replay(second!.id)).toEqual({ replayed: 2, state: 'replayed', goesOn: false })
    expect(seen).toEqual([2, 3])
  })
  it('is settled once when two operators are at the same letter: nothing is handled after what waited behind it', async () => {
    const { sidecar, events } = await producer(['a', 'a', 'a'], { partitions: 1 })
    const seen: number[] = []
    let broken = true
    const one = consume(sidecar, async event => {
      if (broken) throw new Error('bug')
      seen.push(event.version)
    })
    for (const event of events) await deliver(one, event)
    await handled(one)
    broken = false
    const [first] = await one.deadLetters.list({ state: 'waiting', limit: 10 })
    const both = await Promise.allSettled([one.deadLetters.skip(first!.id), one.deadLetters.replay(first!.id)])
    expect(both).toMatchObject([{ value: { state: 'skipped' } }, { reason: { code: 'dead-letter-settled' } }])
    expect(seen).toEqual([2, 3])
  })
  it('answers an operator in time when there is much behind a letter, and goes on', async () => {
    const { sidecar, events } = await producer(['a', 'a', 'a', 'a'], { partitions: 1 })
    const seen: number[] = []
    const gate = Promise.withResolvers<void>()
    const one = consume(sidecar, async event => {
      if (event.version === 1) throw new Error('bug')
      if (event.version === 3) await gate.promise
      seen.push(event.version)
    }, memoryStore(), 500)
    for (const event of events) await deliver(one, event)
    await handled(one)
    const [first] = await one.deadLetters.list({ state: 'waiting', limit: 10 })
    expect(await one.deadLetters.skip(first!.id)).toEqual({ replayed: 1, state: 'skipped', goesOn: true })
    expect([seen, one.gauges().parked]).toEqual([[2], 1])
    gate.resolve()
    await expect.poll(() => one.gauges().parked).toBe(0)
    expect(seen).toEqual([2, 3, 4])
  })
  it('keeps what is no event, or newer than it knows, and does not ask for it again', async () => {
    const { sidecar, events } = await producer(['a', 'b'], { partitions: 1 })
    const one = consume(sidecar, async () => {})
    expect(await deliver(one, { hello: 1 })).toBe('SUCCESS')
    expect(await deliver(one, { hello: 1 })).toBe('SUCCESS')
    expect(await deliver(one, { ...events[0], dataversion: 7 })).toBe('SUCCESS')
    await handled(one)
    const letters = await one.deadLetters.list({ state: 'waiting', limit: 10 })
    expect(letters.map(l => l.reason).toSorted()).toEqual([expect.stringContaining('version 7'), expect.stringContaining('specversion')])
  })
  it('hands a batch everything that follows, and finds the one that fails', async () => {
    const { sidecar, events } = await producer(seven, { partitions: 1 })
    const batches: string[][] = []
    const one = consumer({
      name: 'batch', topics: [projectEvents], db: memoryStore(), dapr: sidecar, clock: systemClock, logger: silentLogger, pollMs: 60_000,
      batch: async received => {
        if (received.some(e => e.subject === 'b')) throw new Error('bug')
        batches.push(received.map(e => e.id))
      },
    })
    await one.caughtUp()
    expect(batches.flat()).toEqual(events.filter(e => e.subject !== 'b').map(e => e.id))
    expect(one.gauges().parked).toBe(1)
  })
})

type Step = { do: 'deliver'; event: number; to: number } | { do: 'crash'; which: number } | { do: 'wait' }
const steps = (events: number): fc.Arbitrary<Step[]> => fc.array(fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('deliver' as const), event: fc.nat(events - 1), to: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), which: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
), { maxLength: 30 })

describe('two replicas of a consumer', () => {
  it('handle every event, each aggregate in order, whatever is lost, repeated, reordered or killed', async () => {
    const subjects = ['a', 'b', 'c', 'a', 'b', 'a', 'd', 'c', 'a', 'b', 'd', 'a']
    const { sidecar, events } = await producer(subjects)
    await fc.assert(fc.asyncProperty(steps(events.length), async plan => {
      const store = memoryStore()
      const applied = new Map<string, number>()
      const order = new Map<string, number[]>()
      const process = () => {
        const life = killable()
        const one = consume(sidecar, async ({ id, subject, version }) => {
          await new Promise(resolve => { setImmediate(resolve) })
          if (!life.alive() || applied.has(id)) return
          applied.set(id, version)
          order.set(subject, [...(order.get(subject) ?? []), version])
        }, life.only(store))
        return { one, kill: life.kill }
      }
      const replicas = [process(), process()]
      for (const step of plan) {
        if (step.do === 'deliver') void replicas[step.to]!.one.deliver(events[step.event], 'project-events')
        if (step.do === 'crash') { replicas[step.which]!.kill(); replicas[step.which] = process() }
        if (step.do === 'wait') await new Promise(resolve => { setImmediate(resolve) })
      }
      await Promise.all(replicas.map(r => r.one.caughtUp()))
      expect([...applied.keys()].toSorted()).toEqual(events.map((e: CloudEvent) => e.id).toSorted())
      for (const versions of order.values()) expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    }), { numRuns: 20 })
  })
})
