import { afterEach, describe, expect, it, vi } from 'vitest'
import { CloudEvent } from '../../../contracts/feed.ts'
import { projectEvents } from '../../../contracts/project/events.ts'
import { systemClock } from '../../clock.ts'
import { memoryDapr } from '../../dapr/memory-dapr.ts'
import { silentLogger } from '../../observe/log.ts'
import { VersionConflict } from './commit.ts'
import { consumer } from '../consumer/consumer.ts'
import { memoryStore } from '../store/memory-store.ts'
import { answerFeed } from '../test/producer.ts'
import { commitsOf, logOf } from '../test/log-of.ts'
import { draft, parcelOn, send } from '../test/parcel.ts'
import { holdTime, whileTimePasses } from '../test/time.ts'

describe('appending', () => {
  afterEach(() => { vi.useRealTimers() })

  it('stores, positions and publishes', async () => {
    const { log, published } = logOf()
    await log.append(draft('p1', 1, '', 'Sent'))
    await log.settled()
    const [event] = published()
    expect(event).toMatchObject({ type: 'ProjectDeleted', subject: 'p1', position: 0, previous: -1, aggregateversion: 1, organizationid: 'org' })
    expect(await log.heads()).toContain(1)
    expect(await log.verifyChain('org/parcel/p1')).toBeUndefined()
  })
  it('publishes long piles of several partitions side by side, each in its order', async () => {
    const dapr = memoryDapr()
    const { publishBulk } = dapr
    const [broker, all] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const long = new Set<unknown>()
    dapr.publishBulk = async (topic, events) => {
      await broker.promise
      const of = new Set(CloudEvent.array().parse(events).map(({ partition }) => partition))
      // A long one ends only when one of each partition is under way.
      if (events.length >= 100 && of.size === 1) {
        for (const partition of of) long.add(partition)
        if (long.size === log.partitions) all.resolve()
        await all.promise
      }
      return publishBulk(topic, events)
    }
    const { log, published } = logOf({ dapr })
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => log.append(draft(`p${i}`, 1, '', 'Sent'))))
    await log.positioned()
    broker.resolve()
    await log.settled()
    expect([long.size, published().length]).toEqual([log.partitions, 1_200])
    for (const events of Map.groupBy(published(), e => e.partition).values()) expect(events.map(e => e.position)).toEqual(events.map((_, i) => i))
  })
  it('lets one of two have a version', async () => {
    const { log } = logOf()
    const results = await Promise.allSettled([log.append(draft('p1', 1, '', 'Sent')), log.append(draft('p1', 1, '', 'Lost'))])
    expect(results.map(r => r.status)).toEqual(['fulfilled', 'rejected'])
    expect(results[1]).toMatchObject({ reason: expect.any(VersionConflict) })
  })
  it('refuses within its patience when the store is away, and works again afterwards', async () => {
    holdTime()
    const store = memoryStore()
    const { log, published } = logOf({ store, patienceMs: 100 })
    await log.append(draft('p0', 1, '', 'Sent'))
    store.before = async () => { throw Object.assign(new Error('gone'), { name: 'MongoNetworkError' }) }
    const began = performance.now()
    await expect(whileTimePasses(log.append(draft('p1', 1, '', 'Sent')))).rejects.toMatchObject({ kind: 'unavailable', code: 'store-unavailable' })
    expect(performance.now() - began).toBeLessThan(1_000)
    store.before = async () => {}
    await log.append(draft('p2', 1, '', 'Sent'))
    await expect.poll(async () => { await vi.advanceTimersByTimeAsync(20); return published().length }).toBe(2)
  })
  it('acknowledges an insert whose answer was lost', async () => {
    const store = memoryStore()
    const { log } = logOf({ store })
    const append = store.append
    let lost = 0
    store.append = async batch => {
      const results = await append(batch)
      if (lost++ === 0) throw Object.assign(new Error('reset'), { name: 'MongoNetworkError' })
      return results
    }
    expect((await log.append(draft('p1', 1, '', 'Sent'))).version).toBe(1)
    expect(await commitsOf(log, 'org/parcel/p1')).toHaveLength(1)
  })
  it('does not store what it could not publish', async () => {
    const { log, store } = logOf()
    await expect(log.append(draft('p1', 1, '', 'Nameless'))).rejects.toThrow()
    expect(await commitsOf(store, 'org/parcel/p1')).toEqual([])
  })
})

describe('the aggregate', () => {
  it('keeps one effect of a command that comes twice', async () => {
    const parcels = parcelOn(logOf().log)
    const first = await parcels.handle('org', 'p1', { type: 'send' }, send('c1'))
    const second = await parcels.handle('org', 'p1', { type: 'send' }, send('c1'))
    expect([first.events.length, second.events.length, second.version]).toEqual([1, 0, 1])
  })
  it('runs commands on one stream one after the other', async () => {
    const { log } = logOf()
    const parcels = parcelOn(log)
    await Promise.all(Array.from({ length: 20 }, (_, i) => parcels.handle('org', 'p1', { type: 'send' }, send(`c${i}`))))
    expect((await parcels.load('org', 'p1'))).toEqual({ state: 20, version: 20 })
    expect(await log.verifyChain('org/parcel/p1')).toBeUndefined()
  })
  it('sees what another process wrote, and refuses a stale If-Match', async () => {
    const { store, log } = logOf()
    const here = parcelOn(log)
    const there = parcelOn(logOf({ store }).log)
    await here.handle('org', 'p1', { type: 'send' }, send('c1'))
    await there.handle('org', 'p1', { type: 'send' }, send('c2'))
    expect(await here.load('org', 'p1')).toEqual({ state: 2, version: 2 })
    await there.handle('org', 'p1', { type: 'send' }, send('c3'))
    await expect(here.handle('org', 'p1', { type: 'send' }, { ...send('c4'), expectedVersion: 2 })).rejects.toMatchObject({ kind: 'stale' })
    expect((await here.handle('org', 'p1', { type: 'send' }, { ...send('c5'), expectedVersion: 3 })).version).toBe(4)
  })
  it('asks the log before it refuses on a cached state', async () => {
    const { store, log } = logOf()
    const here = parcelOn(log)
    await here.handle('org', 'p1', { type: 'send' }, send('c1'))
    await expect(here.handle('org', 'p1', { type: 'needTwo' }, send('c2'))).rejects.toMatchObject({ code: 'too-few' })
    await parcelOn(logOf({ store }).log).handle('org', 'p1', { type: 'send' }, send('c3'))
    expect((await here.handle('org', 'p1', { type: 'needTwo' }, send('c4'))).version).toBe(3)
  })
  it('shows the past', async () => {
    const parcels = parcelOn(logOf().log)
    const times = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z']
    for (const [i, at] of times.entries()) await parcels.handle('org', 'p1', { type: 'send' }, { ...send(`c${i}`), at })
    expect(await parcels.at('org', 'p1', { version: 2 })).toEqual({ state: 2, version: 2 })
    expect(await parcels.at('org', 'p1', { time: '2026-01-02T12:00:00+02:00' })).toEqual({ state: 2, version: 2 })
    expect((await parcels.history('org', 'p1', { limit: 9 })).map(h => [h.before, h.after])).toEqual([[2, 3], [1, 2], [0, 1]])
  })
  it('shows at a time what was written by then, also behind a commit whose process was ahead', async () => {
    const parcels = parcelOn(logOf().log)
    const times = ['2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-04T00:00:00.000Z']
    for (const [i, at] of times.entries()) await parcels.handle('org', 'p1', { type: 'send' }, { ...send(`c${i}`), at })
    expect(await parcels.at('org', 'p1', { time: '2026-01-03T00:00:00.000Z' })).toEqual({ state: 3, version: 3 })
    expect((await parcels.at('org', 'p1', { time: '2026-01-01T00:00:00.000Z' })).version).toBe(1)
  })
  it('tells of a change from which network it came, also where an old commit has the address of a machine', async () => {
    const parcels = parcelOn(logOf().log)
    for (const [i, ip] of ['203.0.113.9', '203.0.113.0/24', undefined].entries()) {
      await parcels.handle('org', 'p1', { type: 'send' }, { ...send(`c${i}`), ...(ip !== undefined && { ip }) })
    }
    expect((await parcels.history('org', 'p1', { limit: 9 })).map(h => h.network)).toEqual([undefined, '203.0.113.0/24', '203.0.113.0/24'])
  })
  it('gives a page of a long past, and keeps no more of it than the page', async () => {
    const store = memoryStore()
    const parcels = parcelOn(logOf({ store }).log)
    for (let i = 1; i <= 300; i++) await parcels.handle('org', 'p1', { type: 'send' }, send(`c${i}`))
    let seen = 0
    const { readStream } = store
    store.readStream = (stream, see, after) => readStream(stream, commit => { seen++; return see(commit) }, after)
    const page = async (limit: number, before?: number): Promise<number[][]> => {
      const entries = await parcels.history('org', 'p1', { limit, ...(before !== undefined && { before }) })
      return entries.map(h => [h.version, h.before, h.after])
    }
    expect(await page(2)).toEqual([[300, 299, 300], [299, 298, 299]])
    expect(await page(2, 299)).toEqual([[298, 297, 298], [297, 296, 297]])
    seen = 0
    expect([await page(3, 3), await page(1, 2), await page(1, 1)]).toEqual([[[2, 1, 2], [1, 0, 1]], [[1, 0, 1]], []])
    expect((await parcels.at('org', 'p1', { version: 3 })).state).toBe(3)
    // Nothing behind what was asked for is looked at: 2, 1, 1 and 3 commits.
    expect(seen).toBe(7)
  })
  it('lifts old events', async () => {
    const { store, log } = logOf()
    await log.append(draft('p1', 1, '', 'Sent'))
    const parcels = parcelOn(logOf({ store }).log, { Sent: [data => ({ ...data, weight: 5 })] })
    expect((await parcels.load('org', 'p1')).state).toBe(5)
  })
})

describe('reading', () => {
  it('feeds what was published, page by page', async () => {
    const { log } = logOf({ partitions: 1 })
    for (let i = 0; i < 5; i++) await log.append(draft(`p${i}`, 1, '', i === 2 ? 'Lost' : 'Sent'))
    await log.settled()
    const first = await log.feed(0, -1, 2)
    expect(first.events.map(e => [e.position, e.previous])).toEqual([[0, -1], [1, 0]])
    const rest = await log.feed(0, 1, 10)
    expect(rest.events.map(e => [e.position, e.previous])).toEqual([[3, 1], [4, 3]])
    expect(rest.head).toBe(5)
  })
  it('feeds long events a few at a time, so that they arrive in time, and a consumer gets them all', async () => {
    const { log } = logOf({ partitions: 1 })
    for (let i = 0; i < 60; i++) await log.append({ ...draft(`p${i}`, 1, '', 'Sent'), meta: { ...send(`c${i}`), correlationId: 'x'.repeat(100_000) } })
    await log.settled()
    const sizes: number[] = []
    const measured = { heads: log.heads, feed: async (...given: Parameters<typeof log.feed>) => {
      const page = await log.feed(...given)
      sizes.push(JSON.stringify(page.events).length)
      return page
    } }
    const dapr = memoryDapr()
    answerFeed(dapr, 'project', measured)
    const batches: number[][] = []
    const one = consumer({
      name: 'long', topics: [projectEvents], db: memoryStore(), dapr, clock: systemClock, logger: silentLogger, pollMs: 60_000,
      batch: async events => { batches.push(events.map(e => e.position)) },
    })
    await one.caughtUp()
    expect(batches.flat()).toEqual(Array.from({ length: 60 }, (_, i) => i))
    expect(Math.max(...sizes)).toBeLessThan(2_200_000)
  })
  it('begins where other processes stand, however long the log, but at no end that the log does not reach', async () => {
    const store = memoryStore()
    const { log } = logOf({ store, partitions: 1 })
    await log.start()
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => log.append(draft(`p${i}`, 1, '', 'Sent'))))
    await log.settled()
    await log.stop()
    await store.saveWriter({ id: 'dead since the beginning', open: [0], beat: 1, heads: [{ next: 0, previous: -1, hash: '' }] })
    const pages: string[] = []
    const watched = {
      ...store,
      readPage: (page: string, from: number) => { pages.push(page); return store.readPage(page, from) },
      pageIndex: (page: string) => { pages.push(page); return store.pageIndex(page) },
    }
    expect(await logOf({ store: watched, partitions: 1 }).log.ends()).toEqual([1_200])
    expect(pages).not.toContain('0:0')
    // A backup may hold what a process wrote down, and not the segments that it spoke of.
    await store.saveWriter({ id: 'ahead', open: [0], beat: 1, heads: [{ next: 5_000, previous: 4_999, hash: 'none' }] })
    expect(await logOf({ store, partitions: 1 }).log.ends()).toEqual([1_200])
  })
  it('finds the first broken link', async () => {
    const { log, store } = logOf({ partitions: 1 })
    const parcels = parcelOn(log)
    for (let i = 0; i < 4; i++) await parcels.handle('org', 'p1', { type: 'send' }, send(`c${i}`))
    await log.settled()
    expect(await log.verifyPartition(0)).toBeUndefined()
    const { readStream } = store
    store.readStream = (stream, see) => readStream(stream, c => see(c.version === 3 ? { ...c, actor: 'mallory' } : c))
    expect(await log.verifyChain('org/parcel/p1')).toEqual({ at: 'org/parcel/p1:3', reason: 'changed' })
    store.readStream = (stream, see) => readStream(stream, c => (c.version === 2 ? true : see(c)))
    expect(await log.verifyChain('org/parcel/p1')).toEqual({ at: 'org/parcel/p1:2', reason: 'missing' })
  })
})
