import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Refused } from '../../decider.ts'
import { memoryStore } from '../store/memory-store.ts'
import { pause } from '../../waiting.ts'
import { rebuilder } from './rebuild.ts'
import type { Documents, StoredDocument } from '../store/store.ts'
import { logOf } from '../test/log-of.ts'
import { parcelOn, send } from '../test/parcel.ts'
import { holdTime, whileTimePasses } from '../test/time.ts'
import { stateView } from './view.ts'

// Six looks later nobody is late any more, which has to hold on a full machine, too.
const LOOK_MS = 50

/** A store that is sometimes slow, and counts the writes of a document that began while another of it was under way: on FerretDB the older of two could stay. */
const slowStore = (delays: () => number) => {
  const store = memoryStore()
  const underWay = new Set<string>()
  const count = { overlaps: 0 }
  const documents = store.documents
  store.before = async () => { const ms = delays(); if (ms > 0) await pause(ms) }
  store.documents = <D extends StoredDocument>(name: string): Documents<D> => {
    const rows = documents<D>(name)
    const put: typeof rows.put = async (some, fresh) => {
      const keys = some.map(({ _id }) => `${name} ${_id}`)
      for (const key of keys) { if (underWay.has(key)) count.overlaps++; underWay.add(key) }
      await store.before('put')
      await rows.put(some, fresh)
      for (const key of keys) underWay.delete(key)
    }
    return { ...rows, put }
  }
  return { store, count }
}
/** Many change the same few things at once here: who is told to try again does. */
const again = async <T>(work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try { return await work() } catch (error) { if (!(error instanceof Refused && error.code === 'contended')) throw error }
  }
}
const processOn = (store: ReturnType<typeof memoryStore>, lookEveryMs = LOOK_MS) => {
  const { log } = logOf({ store, partitions: 2 })
  const parcels = parcelOn(log)
  const view = stateView({ log, aggregate: parcels, collection: 'parcels', indexes: [], lookEveryMs, toDocument: count => (count % 3 === 0 ? undefined : { count }) })
  return { log, view, sendTo: (id: string) => again(() => parcels.handle('org', id, { type: 'send' }, send(crypto.randomUUID()))) }
}
const countsOf = (ids: readonly string[]) => Object.entries(Object.groupBy(ids, id => id))
  .map(([id, all]) => [id, all?.length ?? 0] as const)
  .filter(([, n]) => n % 3 !== 0)
  .toSorted()
const countsIn = async (documents: Documents<StoredDocument & { count: number }>) => (await documents.find({}, { sort: { _id: 1 } })).map(d => [d._id, d.count])

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const writes = fc.array(fc.record({ by: fc.nat(1), id: ids, afterMs: fc.nat(60) }), { maxLength: 30 })
const delays = fc.infiniteStream(fc.nat(3))

describe('what another process changes before it has noticed a rebuild', () => {
  afterEach(() => { vi.useRealTimers() })

  it('is taken over', async () => {
    holdTime()
    const store = memoryStore()
    const [one, other] = [processOn(store, 5_000), processOn(store, 5_000)]
    await one.sendTo('a')
    await other.view.collection.find({})
    await whileTimePasses(one.view.rebuild())
    await whileTimePasses(Promise.all([other.sendTo('a'), other.sendTo('b')]))
    await whileTimePasses(other.view.settled())
    expect(await countsIn(store.documents('parcels'))).toEqual([['a', 2], ['b', 1]])
    expect(await countsIn(one.view.collection)).toEqual([['a', 1]])
    await expect.poll(async () => { await vi.advanceTimersByTimeAsync(200); return countsIn(one.view.collection) }).toEqual([['a', 2], ['b', 1]])
  })
})

// Most of it is waiting, and they wait together: each takes as long as all of them.
describe.concurrent('a rebuild', { timeout: 240_000 }, () => {
  const rebuiltAmid = async (processes: number, before: readonly string[], meanwhile: readonly { by: number; id: string; afterMs: number }[], slow: Iterator<number>) => {
    const { store, count } = slowStore(() => slow.next().value)
    const all = Array.from({ length: processes }, () => processOn(store))
    const [first = processOn(store)] = all
    for (const id of before) await first.sendTo(id)
    // Written a moment later: until there is something, nobody can see when it is gone.
    await first.view.settled()
    await Promise.all([
      first.view.rebuild(),
      ...meanwhile.map(async ({ by, id, afterMs }) => { await pause(afterMs); await all[by % processes]?.sendTo(id) }),
    ])
    // It is whole before what it came from is gone; what is left of a document that nobody wants counts, too.
    const rowsBefore = async (): Promise<number> => { let rows = 0; await store.documents('parcels').each(() => { rows++ }); return rows }
    while (await rowsBefore() > 0) await pause(LOOK_MS)
    for (const { log, view } of all) {
      await log.settled()
      await view.settled()
      expect(await countsIn(view.collection)).toEqual(countsOf([...before, ...meanwhile.map(w => w.id)]))
    }
    return count
  }
  it('misses nothing that is written meanwhile, and never writes a document from two sides at once', async () => {
    await fc.assert(fc.asyncProperty(fc.array(ids, { minLength: 1, maxLength: 20 }), writes, delays, async (before, meanwhile, slow) => {
      expect((await rebuiltAmid(1, before, meanwhile, slow)).overlaps).toBe(0)
    }), { numRuns: 15 })
  })
  it('misses nothing that another process still writes to the collection from before', async () => {
    await fc.assert(fc.asyncProperty(fc.array(ids, { minLength: 1, maxLength: 20 }), writes, delays, async (before, meanwhile, slow) => {
      await rebuiltAmid(2, before, meanwhile, slow)
    }), { numRuns: 10 })
  })
  it('takes away what a process left that died soon after an earlier one', async ({ expect }) => {
    const store = memoryStore()
    const { view, log, sendTo } = processOn(store)
    await sendTo('a')
    await log.settled()
    const rowsOf = async (name: string): Promise<number> => { let rows = 0; await store.documents(name).each(() => { rows++ }); return rows }
    await view.rebuild()
    await expect.poll(() => rowsOf('parcels'), { timeout: 120_000 }).toBe(0)
    await store.documents('parcels').put([{ _id: 'left', version: 1 }])
    await view.rebuild()
    await expect.poll(() => Promise.all(['parcels', 'parcels.1', 'parcels.4'].map(rowsOf)), { timeout: 120_000 }).toEqual([0, 0, 1])
  })
  it('is given up when another one has begun', async () => {
    const store = memoryStore()
    const [one, other] = [processOn(store), processOn(store)]
    for (const id of ['a', 'b', 'b']) await one.sendTo(id)
    await one.log.settled()
    const results = await Promise.allSettled([one.view.rebuild(), other.view.rebuild()])
    expect(results.map(r => r.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await pause(LOOK_MS)
    for (const { view } of [one, other]) expect(await countsIn(view.collection)).toEqual([['a', 1], ['b', 2]])
  })
})

describe.concurrent('the fold of a rebuild', { timeout: 240_000 }, () => {
  it.each([['a few commits, which the log has in memory', 5], ['many commits, which it has not', 700]])('goes on with what is appended meanwhile: %s', async (_, more) => {
    const { log } = logOf({ partitions: 2 })
    const parcels = parcelOn(log)
    const sendTo = async (id: string) => { await parcels.handle('org', id, { type: 'send' }, send(crypto.randomUUID())); if (more < 100) await log.settled() }
    await sendTo('a')
    await log.settled()
    const work = rebuilder({ log, aggregate: parcels, onProgress: () => {}, documentOf: ({ id, state, version }) => ({ _id: id, version, state }) })
    const newest = new Map<string, unknown>()
    const put = async (documents: readonly { _id: string }[]): Promise<void> => { for (const document of documents) newest.set(document._id, document) }
    await work.pass(async documents => {
      await put(documents)
      if (documents.length > 0) for (let n = 0; n < more; n++) await sendTo(n % 2 ? 'a' : 'b')
      await log.settled()
    })
    expect(await work.pass(put)).toBe(more)
    expect([...newest.values()]).toEqual([
      { _id: 'a', version: 1 + Math.floor(more / 2), state: 1 + Math.floor(more / 2) },
      { _id: 'b', version: Math.ceil(more / 2), state: Math.ceil(more / 2) },
    ])
    expect(await work.pass(put)).toBe(0)
  })
  const folded = async (history: readonly string[], most: number) => {
    const { log } = logOf({ partitions: 2 })
    const parcels = parcelOn(log)
    for (const id of history) await parcels.handle('org', id, { type: 'send' }, send(crypto.randomUUID()))
    await log.settled()
    const written: { _id: string; version: number; fresh: boolean }[] = []
    const work = rebuilder({ log, aggregate: parcels, most, onProgress: () => {}, documentOf: ({ id, version }) => ({ _id: id, version }) })
    const commits = await work.pass(async (documents, fresh) => { written.push(...documents.map(({ _id, version }) => ({ _id, version, fresh }))) })
    expect(commits).toBe(history.length)
    return written
  }
  it('writes each stream once, in its newest state', async () => {
    const written = await folded(['a', 'b', 'a', 'c', 'a'], 10)
    expect(written.toSorted((a, b) => (a._id < b._id ? -1 : 1))).toEqual([
      { _id: 'a', version: 3, fresh: true },
      { _id: 'b', version: 1, fresh: true },
      { _id: 'c', version: 1, fresh: true },
    ])
  })
  it('comes to the same with little memory', async () => {
    await fc.assert(fc.asyncProperty(fc.array(ids, { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), async (history, most) => {
      const written = await folded(history, most)
      for (const [id, all] of Map.groupBy(history, one => one)) {
        const mine = written.filter(d => d._id === id)
        expect(mine.at(-1)?.version).toBe(all.length)
        expect(mine.map(d => d.fresh)).toEqual(mine.map((_, i) => i === 0))
      }
    }), { numRuns: 20 })
  })
})
