import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryDapr } from '../../dapr/memory-dapr.ts'
import { memoryStore, type MemoryStore } from '../store/memory-store.ts'
import { commitsOf, logOf } from '../test/log-of.ts'
import { draft, parcelOn, send } from '../test/parcel.ts'
import { killable } from '../test/killable.ts'
import { pause } from '../../waiting.ts'
import { widthOf } from '../positions/segments.ts'
import type { Commit } from './commit.ts'
import type { EventLog } from './event-log.ts'

// Nobody is taken for dead by one whose own looks are more than two beats apart.
const quick = { beatMs: 40, deadAfterMs: 120 }

const everyCommit = async (log: Pick<EventLog, 'scan' | 'partitions'>): Promise<Commit[]> => {
  const found: Commit[] = []
  for (let partition = 0; partition < log.partitions; partition++) {
    let next = 0
    for await (const segment of log.scan(partition)) {
      next += segment.commits.reduce((n, c) => n + widthOf(c), 0)
      expect(segment.next).toBe(next)
      found.push(...segment.commits)
    }
  }
  return found
}
/** Every commit that was acknowledged is stored; every stored one has exactly one position, in the order of its stream, in an unbroken chain. */
const expectWhole = async (log: Pick<EventLog, 'scan' | 'partitions' | 'verifyPartition'>, acknowledged: readonly string[]): Promise<Commit[]> => {
  const commits = await everyCommit(log)
  expect(new Set(commits.map(c => c.id)).size).toBe(commits.length)
  expect(commits.map(c => c.id)).toEqual(expect.arrayContaining([...acknowledged]))
  for (const versions of Map.groupBy(commits, c => c.stream).values()) expect(versions.map(c => c.version)).toEqual(versions.map((_, i) => i + 1))
  for (let partition = 0; partition < log.partitions; partition++) expect(await log.verifyPartition(partition)).toBeUndefined()
  return commits
}

/** What a process leaves when it is killed at one of its calls, and what the next one makes of it. */
const killedAt = async (point: { before?: number; after?: number }, instanceId: string) => {
  const [store, dapr] = [memoryStore(), memoryDapr()]
  const effects = { projected: new Set<string>(), reacted: new Set<string>() }
  const run = (life: ReturnType<typeof killable>, instance: string) => {
    const { log } = logOf({ store: life.only(store), dapr: life.only(dapr), partitions: 2, instanceId: instance, ...quick })
    log.project('parcel', async commit => { if (life.alive()) effects.projected.add(commit.id) })
    log.react('note', async commit => { if (life.alive()) effects.reacted.add(commit.id) })
    return log
  }
  const acknowledged: string[] = []
  const first = killable(point)
  const log = run(first, instanceId)
  const work = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) acknowledged.push(...(await Promise.all(['a', 'b'].map(id => log.append(draft(`${id}${i}`, 1, '', i === 1 ? 'Lost' : 'Sent'))))).map(c => c.id))
    // Who is dead never settles, and must not wait for it for ever.
    const settled = (): boolean => { const { lag, unfinished } = log.gauges(); return lag + unfinished === 0 }
    while (first.alive() && !settled()) await pause(2)
  }
  const ended = await Promise.race([work().then(() => true), first.died.then(() => false)])
  first.kill()
  const next = run(killable(), 'next')
  const stored = (): Promise<Commit[]> => storedCommits(store)
  await next.start()
  await expect.poll(async () => {
    const [commits, placed, published] = [await stored(), new Set((await everyCommit(next)).map(c => c.id)), new Set(dapr.published.map(p => p.event.id))]
    return commits.every(c => placed.has(c.id) && effects.projected.has(c.id) && effects.reacted.has(c.id) && c.publicEvents.every((_, i) => published.has(`${c.id}#${i}`)))
  }, { interval: 10 }).toBe(true)
  await next.settled()
  expect((await expectWhole(next, acknowledged)).map(c => c.id).toSorted()).toEqual((await stored()).map(c => c.id).toSorted())
  await next.stop()
  return ended
}
const storedCommits = async (store: MemoryStore): Promise<Commit[]> =>
  (await Promise.all(['a0', 'b0', 'a1', 'b1', 'a2', 'b2'].map(id => commitsOf(store, `org/parcel/${id}`)))).flat()

describe('a process that is killed', () => {
  for (const when of ['before', 'after'] as const) {
    it(`${when} any of its calls leaves nothing undone`, async () => {
      let ended = false
      for (let call = 0; !ended && call < 200; call++) ended = await killedAt({ [when]: call }, 'next')
      expect(ended).toBe(true)
    })
  }
  it('is noticed by a process of another name when its beat stands still', async () => {
    expect(await killedAt({ after: 3 }, 'gone')).toBe(false)
  })
  it('may only have been paused: nothing is positioned twice', async () => {
    const [store, dapr] = [memoryStore(), memoryDapr()]
    const paused = logOf({ store, dapr, ...quick, beatMs: 1_000_000 })
    const { publishBulk } = dapr
    dapr.publishBulk = async () => { throw new Error('away') }
    for (let i = 0; i < 5; i++) await paused.log.append(draft(`p${i}`, 1, '', 'Sent'))
    const other = logOf({ store, dapr: memoryDapr(), ...quick })
    await other.log.start()
    await expect.poll(() => new Set(other.published().map(e => e.id)).size, { interval: 10 }).toBe(5)
    dapr.publishBulk = publishBulk
    await paused.log.append(draft('p5', 1, '', 'Sent'))
    await paused.log.settled()
    await other.log.stop()
    await expectWhole(paused.log, [])
    expect(await everyCommit(paused.log)).toHaveLength(6)
  })
  it('is seen through although a follow-up of another one never succeeds', async () => {
    const [store, dapr] = [memoryStore(), memoryDapr()]
    for (const name of ['one', 'two']) {
      const gone = killable()
      const { log } = logOf({ store: gone.only(store), dapr, instanceId: name, ...quick, beatMs: 1_000_000 })
      await log.append(draft(name, 1, '', 'Sent'))
      gone.kill()
    }
    const seen: string[] = []
    const { log } = logOf({ store, dapr, ...quick })
    log.react('note', async ({ id }) => { if (id.includes('one')) throw new Error('never'); seen.push(id) })
    await log.start()
    await expect.poll(() => seen).toContain('org/parcel/two:1')
    await log.start()
  })
  it('is seen through although the store goes away in the midst of it, and no lag stays behind', async () => {
    const [store, dapr] = [memoryStore(), memoryDapr()]
    const gone = killable()
    const left = logOf({ store: gone.only(store), dapr, instanceId: 'gone', ...quick, beatMs: 1_000_000 })
    for (let i = 0; i < 8; i++) await left.log.append(draft(`p${i}`, 1, '', 'Sent'))
    gone.kill()
    const { log } = logOf({ store, dapr, ...quick })
    let failures = 0
    store.before = async call => { if (call === 'findSegment' && failures++ < 6) throw new Error('away') }
    await log.start()
    await expect.poll(() => failures).toBeGreaterThan(6)
    await expect.poll(() => log.gauges()).toMatchObject({ lag: 0, unfinished: 0 })
    await log.stop()
    await expectWhole(log, [])
  })
})

describe('several processes on one store', () => {
  it('give every commit one gapless position, whatever their order', async () => {
    const step = fc.tuple(fc.nat(2), fc.nat(3), fc.constantFrom('send' as const, 'lose' as const), fc.nat(3))
    const plans = fc.array(step, { minLength: 1, maxLength: 40 })
    await fc.assert(fc.asyncProperty(plans, fc.integer({ min: 1, max: 3 }), async (plan, partitions) => {
      const store = memoryStore()
      store.before = () => new Promise(resolve => { if (Math.random() < 0.3) setImmediate(resolve); else resolve() })
      const logs = [0, 1, 2].map(() => logOf({ store, partitions }))
      const parcels = logs.map(({ log }) => parcelOn(log))
      const results = await Promise.allSettled(plan.map(async ([who, stream, type, wait], i) => {
        for (let turns = 0; turns < wait; turns++) await new Promise(resolve => { setImmediate(resolve) })
        return parcels[who]!.handle('org', `s${stream}`, { type }, send(`c${i}`))
      }))
      await Promise.all(logs.map(({ log }) => log.settled()))
      const done = results.filter(r => r.status === 'fulfilled').length
      const commits = await expectWhole(logs[0]!.log, [])
      expect(commits).toHaveLength(done)
      const published = logs.flatMap(l => l.published().map(e => e.id))
      expect(new Set(published).size).toBe(commits.reduce((n, c) => n + c.publicEvents.length, 0))
      for (const stream of new Set(commits.map(c => c.stream))) expect(await logs[1]!.log.verifyChain(stream)).toBeUndefined()
    }), { numRuns: 25 })
  })
})
