import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { memoryStore } from '../store/memory-store.ts'
import { pause } from '../../waiting.ts'
import type { CommitStore } from '../store/store.ts'
import { killable } from '../test/killable.ts'
import { logOf } from '../test/log-of.ts'
import { parcelOn, send } from '../test/parcel.ts'
import { stateView } from './view.ts'

const opened = (store: CommitStore = memoryStore()) => {
  const { log } = logOf({ store, partitions: 2 })
  const parcels = parcelOn(log)
  const view = stateView({
    log, aggregate: parcels, collection: 'parcels', indexes: ['organizationId'],
    toDocument: (count, { tenantId }) => (count === 3 ? undefined : { organizationId: tenantId, count, note: 'NUL \0' }),
  })
  const sendTo = (id: string, n = 1) => Promise.all(Array.from({ length: n }, () => parcels.handle('org', id, { type: 'send' }, send(crypto.randomUUID()))))
  return { log, store, parcels, view, sendTo }
}

describe('a state view', () => {
  it('shows one\'s own writes once it has settled', async () => {
    const { view, sendTo } = opened()
    await sendTo('a', 2)
    await view.settled()
    expect(await view.collection.find({ organizationId: 'org' })).toEqual([{ _id: 'a', version: 2, organizationId: 'org', count: 2, note: 'NUL \uFFFD' }])
  })
  it('has, now, what a process appended and died before it was written', async () => {
    const gone = killable()
    const { log, store, parcels, view, sendTo } = opened()
    await sendTo('a', 1)
    await sendTo('b', 2)
    await view.settled()
    const left = parcelOn(logOf({ store: gone.only(store), partitions: 2 }).log)
    await left.handle('org', 'a', { type: 'send' }, send('c1'))
    await left.handle('org', 'c', { type: 'send' }, send('c2'))
    await left.handle('other', 'd', { type: 'send' }, send('c3'))
    gone.kill()
    const idsOf = async (equal: { count?: number }) => (await view.now('org', { organizationId: 'org', ...equal })).map(d => d._id).toSorted()
    expect([await idsOf({}), await idsOf({ count: 1 }), await idsOf({ count: 2 })]).toEqual([['a', 'b', 'c'], ['c'], ['a', 'b']])
    await parcels.handle('org', 'c', { type: 'send' }, send('c4'))
    expect([await idsOf({ count: 1 }), await idsOf({ count: 2 })]).toEqual([[], ['a', 'b', 'c']])
    await log.stop()
  })
  it('has, now, what is seen through while one asks', async () => {
    const gone = killable()
    const store = memoryStore()
    const { log } = logOf({ store, beatMs: 40, deadAfterMs: 120 })
    const view = stateView({
      log, aggregate: parcelOn(log), collection: 'parcels', indexes: ['organizationId'],
      toDocument: (count, { tenantId }) => ({ organizationId: tenantId, count }),
    })
    await parcelOn(logOf({ store: gone.only(store) }).log).handle('org', 'a', { type: 'send' }, send('c1'))
    gone.kill()
    const { unfinishedOfOthers } = log
    log.unfinishedOfOthers = async () => {
      await log.start()
      await expect.poll(unfinishedOfOthers).toEqual([])
      return []
    }
    expect((await view.now('org', { organizationId: 'org' })).map(d => d._id)).toEqual(['a'])
    await log.stop()
  })
  it('drops a document that is not wanted any more, and takes it back', async () => {
    const { view, sendTo } = opened()
    await sendTo('a', 3)
    await view.settled()
    expect(await view.collection.find({})).toEqual([])
    await sendTo('a', 1)
    await view.settled()
    expect(await view.collection.findOne({ _id: 'a' })).toMatchObject({ count: 4 })
  })
  it('settles what was written before, while writing goes on', async () => {
    const store = memoryStore()
    const documents = store.documents
    store.documents = <D extends { _id: string; version: number }>(name: string) => {
      const rows = documents<D>(name)
      return { ...rows, put: async (some: Parameters<typeof rows.put>[0], fresh?: boolean) => { await pause(5); await rows.put(some, fresh) } }
    }
    const { view, sendTo } = opened(store)
    let writing = true
    onTestFinished(() => { writing = false })
    const write = async (name: string): Promise<void> => { for (let n = 0; writing && n < 20_000; n++) { await sendTo(`${name}${n}`); await pause(1) } }
    const others = Promise.all(['x', 'y', 'z'].map(write))
    await pause(20)
    await sendTo('mine')
    // It throws where it has to wait for long, as it would for those who write until it has ended.
    await view.settled()
    writing = false
    expect(await view.collection.findOne({ _id: 'mine' })).toMatchObject({ count: 1 })
    await others
  })
  it('goes on when the store was away', async () => {
    const store = memoryStore()
    const { view, sendTo } = opened(store)
    let failures = 2
    const documents = store.documents
    store.documents = <D extends { _id: string; version: number }>(name: string) => {
      const rows = documents<D>(name)
      const put: typeof rows.put = async (some, fresh) => {
        if (failures-- > 0) throw Object.assign(new Error('gone'), { name: 'MongoNetworkError' })
        return rows.put(some, fresh)
      }
      return { ...rows, put }
    }
    await sendTo('a', 1)
    await view.settled()
    expect(await view.collection.find({})).toHaveLength(1)
  })
  it('is the same when rebuilt, whatever was done, while writing goes on', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(4), { maxLength: 30 }), fc.array(fc.nat(6), { maxLength: 10 }), async (before, during) => {
      const { view, sendTo, log } = opened()
      for (const id of before) await sendTo(`p${id}`)
      await log.settled()
      const [result] = await Promise.all([view.rebuild(), ...during.map(id => sendTo(`p${id}`))])
      await view.settled()
      const live = await view.hash()
      await view.rebuild()
      expect(await view.hash()).toBe(live)
      expect(result.commits).toBeGreaterThanOrEqual(before.length)
      const counts = Object.entries(Object.groupBy([...before, ...during], id => `p${id}`)).map(([id, all]) => [id, all?.length]).filter(([, n]) => n !== 3)
      expect((await view.collection.find({}, { sort: { _id: 1 } })).map(d => [d._id, d.count])).toEqual(counts.toSorted())
    }), { numRuns: 10 })
  })
  it('is made whole from what other processes wrote', async () => {
    const store = memoryStore()
    for (const [id, n] of [['a', 2], ['b', 1]] as const) {
      const other = opened(store)
      await other.sendTo(id, n)
      await other.log.settled()
    }
    const { view } = opened(store)
    await view.rebuild()
    expect((await view.collection.find({}, { sort: { _id: 1 } })).map(d => [d._id, d.count])).toEqual([['a', 2], ['b', 1]])
  })
})
