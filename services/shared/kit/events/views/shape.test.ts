import { afterEach, describe, expect, it } from 'vitest'
import { pause } from '../../waiting.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { CommitStore } from '../store/store.ts'
import { logOf } from '../test/log-of.ts'
import { parcelOn, send } from '../test/parcel.ts'
import { stateView } from './view.ts'

const LOOK_MS = 15
const logs: { stop(): Promise<void> }[] = []
afterEach(async () => { await Promise.all(logs.splice(0).map(log => log.stop())) })

/** A process that knows documents of this shape: the count, so many times. */
const processOn = (store: CommitStore, shape?: number) => {
  const { log } = logOf({ store, partitions: 2 })
  logs.push(log)
  const parcels = parcelOn(log)
  const view = stateView({
    log, aggregate: parcels, collection: 'parcels', indexes: ['organizationId'], lookEveryMs: LOOK_MS, ...(shape !== undefined && { shape }),
    toDocument: (count, { tenantId }) => ({ organizationId: tenantId, count: count * (shape ?? 1) }),
  })
  const sendTo = async (...ids: string[]): Promise<void> => { for (const id of ids) await parcels.handle('org', id, { type: 'send' }, send(crypto.randomUUID())) }
  const counts = (rows: readonly { _id: string; count: number }[]) => Object.fromEntries(rows.map(({ _id, count }) => [_id, count]).toSorted())
  return {
    log, view, sendTo,
    listed: async () => { await view.settled(); return counts(await view.collection.find({})) },
    now: async () => counts(await view.now('org', { organizationId: 'org' })),
  }
}
const started = async (store: CommitStore, shape?: number) => {
  const one = processOn(store, shape)
  await one.log.start()
  return one
}
/** It is gone, and has been for long. */
const forgotten = async (store: CommitStore, { log }: ReturnType<typeof processOn>): Promise<void> => {
  await log.settled()
  await log.stop()
  logs.splice(logs.indexOf(log), 1)
  await store.removeWriter(log.writer, (await store.writers()).find(({ id }) => id === log.writer)?.beat ?? 0)
}
const rowsOf = async (store: CommitStore, name: string): Promise<number> => { let rows = 0; await store.documents(name).each(() => { rows++ }); return rows }
const never = new Promise<never>(() => {})

describe('a view whose shape is another one than that of its documents', () => {
  it('is made anew at the next start, once, and answers nothing before', async () => {
    const store = memoryStore()
    const before = await started(store)
    await before.sendTo('a', 'a', 'b')
    await forgotten(store, before)
    const one = processOn(store, 2)
    await expect(one.listed()).rejects.toMatchObject({ kind: 'unavailable', code: 'view-rebuilding' })
    await expect(one.now()).rejects.toMatchObject({ code: 'view-rebuilding' })
    await one.log.start()
    expect(await one.listed()).toEqual({ a: 4, b: 2 })
    expect(await rowsOf(store, 'parcels.1')).toBe(2)
    const next = (await store.checkpoint('view:parcels'))?.next
    expect(await (await started(store, 2)).listed()).toEqual({ a: 4, b: 2 })
    expect((await store.checkpoint('view:parcels'))?.next).toBe(next)
    // Back to the release before.
    expect(await (await started(store)).listed()).toEqual({ a: 2, b: 1 })
  })
  it('is right in an old and a new process side by side, whoever writes, and what is old goes with the old one', async () => {
    const store = memoryStore()
    const old = await started(store)
    await old.sendTo('a', 'a', 'b')
    await old.log.settled()
    const one = await started(store, 2)
    await Promise.all([old.sendTo('a', 'c'), one.sendTo('b', 'd')])
    expect([await old.now(), await one.now()]).toEqual([{ a: 3, b: 2, c: 1, d: 1 }, { a: 6, b: 4, c: 2, d: 2 }])
    // Long after the new one came.
    await pause(LOOK_MS * 12)
    await Promise.all([old.sendTo('d', 'e'), one.sendTo('c', 'f')])
    await expect.poll(old.listed).toEqual({ a: 3, b: 2, c: 2, d: 2, e: 1, f: 1 })
    await expect.poll(one.listed).toEqual({ a: 6, b: 4, c: 4, d: 4, e: 2, f: 2 })
    await forgotten(store, old)
    await expect.poll(() => rowsOf(store, 'parcels')).toBe(0)
    expect(await one.listed()).toEqual({ a: 6, b: 4, c: 4, d: 4, e: 2, f: 2 })
  })
  it('is made anew by the next process when one dies in the middle', async () => {
    const store = memoryStore()
    const old = await started(store)
    await old.sendTo('a', 'b')
    await old.log.settled()
    const dying = processOn({ ...store, saveCheckpoint: checkpoint => (checkpoint.shape === 2 ? never : store.saveCheckpoint(checkpoint)) }, 2)
    void dying.log.start()
    await expect.poll(() => rowsOf(store, 'parcels.1')).toBe(2)
    expect(dying.log.rebuilding()).toBe(true)
    expect(await old.listed()).toEqual({ a: 1, b: 1 })
    expect(await (await started(store, 2)).listed()).toEqual({ a: 2, b: 2 })
    expect(await rowsOf(store, 'parcels.1')).toBe(0)
  })
  it('has what an old process wrote after the new one that had rebuilt it died', async () => {
    const store = memoryStore()
    const old = await started(store)
    await old.sendTo('a')
    const first = await started(store, 2)
    await forgotten(store, first)
    await old.sendTo('a', 'b')
    const next = await started(store, 2)
    expect(await next.now()).toEqual({ a: 4, b: 2 })
    await forgotten(store, old)
    await expect.poll(() => rowsOf(store, 'parcels')).toBe(0)
    expect(await next.listed()).toEqual({ a: 4, b: 2 })
  })
  it('has what an old process wrote after the new one that had rebuilt it died, also when that old process is gone and another has removed it', async () => {
    const store = memoryStore()
    const [, second] = [await started(store), await started(store)]
    await second.sendTo('a')
    await forgotten(store, await started(store, 2))
    await second.sendTo('a', 'b')
    await forgotten(store, second)
    const next = await started(store, 2)
    expect(await next.now()).toEqual({ a: 4, b: 2 })
    expect(await next.listed()).toEqual({ a: 4, b: 2 })
  })
  it('is there in an old process that had only started before the new one rebuilt it', async () => {
    const store = memoryStore()
    const before = await started(store)
    await before.sendTo('a')
    await before.log.settled()
    const [quiet, writing] = [await started(store), await started(store)]
    const one = await started(store, 2)
    expect(await quiet.listed()).toEqual({ a: 1 })
    await Promise.all([writing.sendTo('b'), one.sendTo('a')])
    for (const old of [quiet, writing]) {
      expect(await old.now()).toEqual({ a: 2, b: 1 })
      await expect.poll(old.listed).toEqual({ a: 2, b: 1 })
    }
  })
  it('has in an old process, too, what a new one appended before another new one overtook its rebuild', async () => {
    const store = memoryStore()
    const old = await started(store)
    await old.sendTo('a')
    await old.log.settled()
    const gate = Promise.withResolvers<void>()
    const slow = processOn({ ...store, saveCheckpoint: async checkpoint => { if (checkpoint.shape === 2) await gate.promise; return store.saveCheckpoint(checkpoint) } }, 2)
    void slow.log.start()
    await expect.poll(() => rowsOf(store, 'parcels.1')).toBe(1)
    await slow.sendTo('b')
    await slow.log.positioned()
    const quick = await started(store, 2)
    gate.resolve()
    for (const one of [slow, quick]) await expect.poll(() => one.listed().catch(() => undefined)).toEqual({ a: 2, b: 2 })
    await expect.poll(old.listed).toEqual({ a: 1, b: 1 })
  })
  it('is made by one of several that begin at the same time', async () => {
    const store = memoryStore()
    const old = await started(store)
    await old.sendTo('a', 'b', 'b')
    await old.log.settled()
    const all = await Promise.all([started(store, 2), started(store, 2), started(store, 2)])
    await all[0].sendTo('c')
    for (const one of all) expect(await one.now()).toEqual({ a: 2, b: 4, c: 2 })
  })
})
