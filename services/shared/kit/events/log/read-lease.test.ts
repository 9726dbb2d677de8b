import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { testClock } from '../../clock.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { CommitStore } from '../store/store.ts'
import { pause } from '../../waiting.ts'
import { logOf } from '../test/log-of.ts'
import { parcelOn, send } from '../test/parcel.ts'

type Options = Parameters<typeof logOf>[0]
const started: { stop(): Promise<void> }[] = []
afterEach(async () => { await Promise.all(started.splice(0).map(log => log.stop())) })
/** A process on a store, that counts how often it looks something up there. */
const processOn = async (store: CommitStore, options: Options = {}, cacheSize?: number) => {
  const seen = { lookUps: 0 }
  const { log } = logOf({
    ...options,
    store: {
      ...store,
      findCommit: id => { seen.lookUps++; return store.findCommit(id) },
      readStream: (stream, see, after) => { seen.lookUps++; return store.readStream(stream, see, after) },
    },
  })
  const parcels = parcelOn(log, {}, cacheSize)
  let commands = 0
  await log.start()
  started.push(log)
  return {
    log, seen,
    load: async (id = 'p1'): Promise<number> => (await parcels.load('org', id)).version,
    send: async (id = 'p1'): Promise<number> => (await parcels.handle('org', id, { type: 'send' }, send(`${log.writer}:${id}:${++commands}`))).version,
  }
}

describe('a process that alone appends', () => {
  it('answers from memory what it knows, however often it is asked', async () => {
    const one = await processOn(memoryStore())
    await one.send()
    await one.load()
    one.seen.lookUps = 0
    for (let i = 0; i < 50; i++) expect(await one.load()).toBe(1)
    expect(one.seen.lookUps).toBe(0)
  })
  it('looks at the list of processes once for all who ask at a time', async () => {
    const store = memoryStore()
    let looks = 0
    const one = await processOn({ ...store, writers: () => { looks++; return store.writers() } })
    for (const id of ['a', 'b', 'c']) await one.send(id)
    await expect.poll(async () => {
      looks = 0
      await Promise.all(Array.from({ length: 60 }, (_, i) => one.load('abc'[i % 3])))
      return looks
    }, { interval: 150 }).toBe(1)
  })
  it('asks the store when it cannot see whether others have come', async () => {
    const store = memoryStore()
    const away = { writers: false }
    const one = await processOn({ ...store, writers: async () => { if (away.writers) throw new Error('away'); return store.writers() } })
    await one.send()
    away.writers = true
    await expect.poll(async () => { one.seen.lookUps = 0; await one.load(); return one.seen.lookUps }).toBe(1)
  })
  it('sees what was stored although its answer was lost', async () => {
    const store = memoryStore()
    const lost = { answers: false }
    const one = await processOn({
      ...store,
      append: async commits => {
        const results = await store.append(commits)
        if (lost.answers) throw Object.assign(new Error('connection 5 to 127.0.0.1 closed'), { name: 'MongoNetworkError' })
        return results
      },
      isTransient: () => true,
    }, { patienceMs: 1_000 })
    await one.send()
    expect(await one.load()).toBe(1)
    lost.answers = true
    const { findCommit } = store
    store.findCommit = async () => undefined
    await expect(one.send()).rejects.toMatchObject({ kind: 'unavailable' })
    store.findCommit = findCommit
    expect(await one.load()).toBe(2)
  })
})

describe('a process that has company', () => {
  it('sees what a newcomer appends, from its first commit on', async () => {
    const store = memoryStore()
    const one = await processOn(store)
    await one.send()
    for (let version = 2; version < 6; version++) {
      // Trusted just now.
      expect(await one.load()).toBe(version - 1)
      expect([await (await processOn(store)).send(), await one.load()]).toEqual([version, version])
    }
  })
  it('sees what a newcomer appends, though a look that missed it answers late', async () => {
    const store = memoryStore()
    const late = Promise.withResolvers<void>()
    let held = false
    const one = await processOn({
      ...store,
      writers: async () => {
        const isHeld = held
        const rows = await store.writers()
        if (isHeld) await late.promise
        return rows
      },
    })
    await one.send()
    // No look is trusted any more.
    await pause(150)
    held = true
    const early = one.log.aloneSince()
    held = false
    expect(await (await processOn(store)).send()).toBe(2)
    const asked = one.load()
    late.resolve()
    expect(await asked).toBe(2)
    await early
  })
  it('knows of nothing from before, when it is alone again', async () => {
    const [store, clock] = [memoryStore(), testClock()]
    const [one, other] = [await processOn(store, { clock }), await processOn(store, { clock })]
    await one.send('a')
    await one.send('b')
    await Promise.all([one.load('a'), one.load('b')])
    await other.send('a')
    await expect.poll(() => one.log.aloneSince()).toBe(Infinity)
    await expect.poll(() => { clock.advance(21_000); return one.log.aloneSince() }).toBeLessThan(Infinity)
    expect([await one.load('a'), await one.load('b')]).toEqual([2, 1])
    one.seen.lookUps = 0
    expect([await one.load('a'), await one.load('b'), one.seen.lookUps]).toEqual([2, 1, 0])
  })
  it('does not take an answer that was overtaken by a command of its own for the newest', async () => {
    const [store, clock] = [memoryStore(), testClock()]
    const answers: PromiseWithResolvers<void>[] = []
    let held = false
    const findCommit: CommitStore['findCommit'] = async id => {
      const found = await store.findCommit(id)
      if (held) { const answer = Promise.withResolvers<void>(); answers.push(answer); await answer.promise }
      return found
    }
    const one = await processOn({ ...store, findCommit }, { clock }, 1)
    const other = await processOn(store, { clock })
    await other.send('x')
    await one.send()
    await expect.poll(() => one.log.aloneSince()).toBe(Infinity)
    await expect.poll(() => { clock.advance(21_000); return one.log.aloneSince() }).toBeLessThan(Infinity)
    held = true
    const late = one.load()
    await expect.poll(() => answers.length).toBe(1)
    // The second takes the place of the first in the cache.
    expect([await one.send(), await one.send('y')]).toEqual([2, 1])
    held = false
    for (const answer of answers) answer.resolve()
    await late
    expect(await one.load()).toBe(2)
  })
  it('sees what one appends that stood still so long that it was taken for dead', async () => {
    const [store, clock] = [memoryStore(), testClock()]
    const [one, other] = [await processOn(store, { clock }), await processOn(store, { clock })]
    await other.send('x')
    await one.send()
    await expect.poll(() => one.log.aloneSince()).toBe(Infinity)
    await expect.poll(() => { clock.advance(21_000); return one.log.aloneSince() }).toBeLessThan(Infinity)
    expect(await one.load()).toBe(1)
    expect([await other.send(), await one.load()]).toEqual([2, 2])
  })
  it('never reads less than anybody was told, whoever comes and goes', async () => {
    const ids = ['a', 'b']
    const step = fc.record({ kind: fc.constantFrom('send', 'load', 'load', 'load', 'join'), by: fc.nat(9), id: fc.constantFrom(...ids) })
    await fc.assert(fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 4, maxLength: 16 }), async rounds => {
      const store = memoryStore()
      const team = [await processOn(store)]
      const told = new Map<string, number>()
      // The steps of a round go on side by side.
      for (const round of rounds) await Promise.all(round.map(async ({ kind, by, id }) => {
        if (kind === 'join' && team.length < 4) team.push(await processOn(store))
        const one = team[by % team.length]
        const least = told.get(id) ?? 0
        const version = kind === 'send' ? await one?.send(id).catch(() => least) ?? 0 : await one?.load(id) ?? 0
        expect(version).toBeGreaterThanOrEqual(least)
        told.set(id, Math.max(told.get(id) ?? 0, version))
      }))
      await Promise.all(started.splice(0).map(log => log.stop()))
    }), { numRuns: 12 })
  })
})
