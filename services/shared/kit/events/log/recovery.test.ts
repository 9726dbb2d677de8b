import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock, testClock } from '../../clock.ts'
import { memoryDapr } from '../../dapr/memory-dapr.ts'
import { silentLogger } from '../../observe/log.ts'
import { journal } from './journal.ts'
import { memoryStore, type MemoryStore } from '../store/memory-store.ts'
import { pause } from '../../waiting.ts'
import { START } from '../positions/segments.ts'
import type { Writer } from '../store/store.ts'
import { draft } from '../test/parcel.ts'
import { killable } from '../test/killable.ts'
import { logOf } from '../test/log-of.ts'
import { holdTime, whileTimePasses } from '../test/time.ts'
import { completeDraft, sealed } from './draft.ts'
import { recovery } from './recovery.ts'

// Nobody is taken for dead by one whose own looks are more than two beats apart.
const quick = { beatMs: 40, deadAfterMs: 120 }

describe('what a dead process left', () => {
  afterEach(() => { vi.useRealTimers() })

  const left = async (store: MemoryStore, instanceId = 'gone', commits = 3): Promise<void> => {
    const gone = killable()
    const { log } = logOf({ store: gone.only(store), dapr: memoryDapr(), instanceId, ...quick, beatMs: 1_000_000 })
    for (let i = 0; i < commits; i++) await log.append(draft(`${instanceId}${i}`, 1, '', 'Sent'))
    gone.kill()
  }
  const successor = (store: MemoryStore) => {
    const seen: string[] = []
    const { log } = logOf({ store, dapr: memoryDapr(), ...quick })
    log.react('note', async ({ id }) => { seen.push(id) })
    return { log, seen }
  }
  it('is seen through once, not again by whoever comes later, and is no longer unfinished', async () => {
    const store = memoryStore()
    await left(store)
    const first = successor(store)
    expect(await first.log.unfinishedOfOthers()).toHaveLength(3)
    await first.log.start()
    await expect.poll(() => first.log.unfinishedOfOthers()).toEqual([])
    expect(first.seen).toHaveLength(3)
    await first.log.stop()
    const second = successor(store)
    await second.log.start()
    await pause(quick.deadAfterMs * 4)
    expect(second.seen).toEqual([])
    await second.log.stop()
  })
  it('is asked for with one call to the store at a time, and a full chunk only once', async () => {
    const store = memoryStore()
    for (const [name, commits] of [['one', 300], ['two', 3], ['three', 3]] as const) await left(store, name, commits)
    const { log } = successor(store)
    const { readChunk } = store
    const asked: string[] = []
    let [under, most] = [0, 0]
    store.readChunk = async chunk => {
      asked.push(chunk)
      most = Math.max(most, ++under)
      await pause(1)
      under--
      return readChunk(chunk)
    }
    expect(await log.unfinishedOfOthers()).toHaveLength(306)
    const full = asked.filter(chunk => /^one\..*:0$/.test(chunk))
    expect(full).toHaveLength(1)
    expect(await log.unfinishedOfOthers()).toHaveLength(306)
    expect(asked.filter(chunk => chunk === full[0])).toHaveLength(1)
    expect(most).toBe(1)
  })
  it('is seen through a few at a time: requests need the store, too; one that does not get on lets the next begin', async () => {
    const store = memoryStore()
    await left(store, 'gone', 20)
    const { log } = logOf({ store, dapr: memoryDapr(), ...quick })
    const [seen, four] = [new Set<string>(), Promise.withResolvers<void>()]
    let [under, most] = [0, 0]
    log.react('note', async ({ aggregateId }) => {
      if (['gone0', 'gone1', 'gone2', 'gone3'].includes(aggregateId)) await new Promise(() => {})
      most = Math.max(most, ++under)
      if (under === 4) four.resolve()
      await four.promise
      await pause(2)
      under--
      seen.add(aggregateId)
    })
    await log.start()
    await expect.poll(() => seen.size).toBe(16)
    expect(most).toBe(4)
  })
  it('is what it was about in the end, not all since an insert whose answer never came', async () => {
    holdTime()
    const store = memoryStore()
    const { append } = store
    store.append = () => { store.append = append; return new Promise(() => {}) }
    const gone = logOf({ store, ...quick, patienceMs: 200, deadAfterMs: 60_000 }).log
    await gone.start()
    const began = performance.now()
    await expect(whileTimePasses(gone.append(draft('lost', 1, '', 'Sent')))).rejects.toMatchObject({ kind: 'unavailable' })
    expect(performance.now() - began).toBeLessThan(1_000)
    for (let i = 0; i < 20; i++) { await gone.append(draft(`p${i}`, 1, '', 'Sent')); await vi.advanceTimersByTimeAsync(2) }
    await whileTimePasses(gone.settled())
    const { log } = logOf({ store, ...quick })
    await expect.poll(async () => { await vi.advanceTimersByTimeAsync(10); return log.unfinishedOfOthers() }).toEqual([])
    await whileTimePasses(gone.stop())
  })
  it('is found although the store was away for many beats: no chunk is begun of which the store has not heard', async () => {
    const store = memoryStore()
    const book = journal({ store, writer: 'w', partitions: 1, ends: () => [START] })
    const first = await book.enter()
    await book.beat()
    const second = await book.enter()
    expect(second).not.toBe(first)
    store.before = async () => { throw new Error('away') }
    for (let i = 0; i < 5; i++) await expect(book.beat()).rejects.toThrow('away')
    // The first of them turned the page that the store knew.
    expect(await book.enter()).toBe('w:2')
  })
  it('is seen through a part at a time, however long it waited for something before', async () => {
    const open = Array.from({ length: 100 }, (_, chunk) => chunk)
    const dead: Writer = { id: 'gone.1', open, beat: 3, heads: [START] }
    const commit = sealed(completeDraft(draft('p', 1, '', 'Sent'), { partitions: 1, traceparent: null, say: () => [] }), 'gone.1:0')
    const parts: number[] = []
    const recovered: number[] = []
    const { look } = recovery({
      writer: 'w', instanceId: 'gone', beatMs: 10, deadAfterMs: 30, clock: systemClock, logger: silentLogger,
      store: {
        writers: async () => [dead], removeWriter: async () => {}, saveRecovered: async (_, { commits }) => { recovered.push(commits) },
        readChunk: async name => (Number(name.split(':')[1]) < 100 ? Array.from({ length: 200 }, () => commit) : []),
      },
      adopt: async commits => { parts.push(commits.length) },
    })
    await look()
    expect([Math.max(...parts), recovered]).toEqual([4_200, [20_000]])
  })
  it('is seen through again when it woke while that was under way, and then died', async () => {
    const [clock, gate] = [testClock(), Promise.withResolvers<void>()]
    let [beat, adopted] = [1, 0]
    const commit = sealed(completeDraft(draft('p', 1, '', 'Sent'), { partitions: 1, traceparent: null, say: () => [] }), 'gone.1:0')
    const { look } = recovery({
      writer: 'w', instanceId: 'w', beatMs: 60_000, deadAfterMs: 30, clock, logger: silentLogger,
      store: {
        writers: async () => [{ id: 'gone.1', open: [0], beat, heads: [START] }], removeWriter: async () => {}, saveRecovered: async () => {},
        readChunk: async name => (name === 'gone.1:0' ? [commit] : []),
      },
      adopt: async () => { adopted++; await gate.promise },
    })
    await look()
    clock.advance(30)
    const waits = look()
    await expect.poll(() => adopted).toBe(1)
    beat++
    await look()
    gate.resolve()
    await waits
    beat++
    await look()
    clock.advance(30)
    await look()
    expect(adopted).toBe(2)
  })
  it('is seen through again when more of it arrives, or when it lives after all', async () => {
    const store = memoryStore()
    await left(store)
    const [dead] = await store.writers()
    if (!dead) return expect.fail('it has not made itself known')
    await store.saveRecovered(dead.id, { beat: dead.beat, commits: 2 })
    const first = successor(store)
    await first.log.start()
    await expect.poll(() => first.seen).toHaveLength(3)
    await expect.poll(() => first.log.unfinishedOfOthers()).toEqual([])
    await store.saveWriter({ ...dead, beat: dead.beat + 1 })
    expect(await first.log.unfinishedOfOthers()).toHaveLength(3)
    await first.log.stop()
  })
  it('keeps the order of a stream that two dead processes wrote in turns', async () => {
    const store = memoryStore()
    const { addSegment } = store
    store.addSegment = () => new Promise(() => {})
    const [p, q] = [killable(), killable()]
    const logs = [p, q].map((gone, i) => logOf({ store: gone.only(store), dapr: memoryDapr(), instanceId: `gone${i}`, ...quick, beatMs: 1_000_000 }).log)
    let before: { hash: string; journal: string } | undefined
    for (const version of [1, 2, 3]) {
      const log = logs[(version + 1) % 2]
      before = await log?.append({ ...draft('one', version, before?.hash ?? '', 'Sent'), ...(before && { previousJournal: before.journal }) })
    }
    for (const gone of [p, q]) gone.kill()
    store.addSegment = addSegment
    const { log } = successor(store)
    await log.start()
    await expect.poll(() => log.unfinishedOfOthers()).toEqual([])
    const versions: number[] = []
    for (let partition = 0; partition < log.partitions; partition++) for await (const { commits } of log.scan(partition)) versions.push(...commits.map(c => c.version))
    expect(versions).toEqual([1, 2, 3])
    await log.stop()
  })
  it('is counted as seen through although somebody continued it while it was being placed', async () => {
    const store = memoryStore()
    await left(store, 'gone', 1)
    const [dead] = await store.writers()
    const gates = { findCommit: Promise.withResolvers<void>(), addSegment: Promise.withResolvers<void>() }
    const { findCommit, addSegment } = store
    store.findCommit = async id => { await gates.findCommit.promise; return findCommit(id) }
    let begun = 0
    store.addSegment = async segment => { begun++; await gates.addSegment.promise; return addSegment(segment) }
    const { log } = successor(store)
    const [commit] = await log.unfinishedOfOthers()
    if (!dead || !commit) return expect.fail('nothing was left')
    await log.append({ ...draft('gone0', 2, commit.hash, 'Sent'), previousJournal: commit.journal })
    await log.start()
    await expect.poll(() => begun).toBe(1)
    gates.findCommit.resolve()
    await pause(20)
    gates.addSegment.resolve()
    await expect.poll(() => log.gauges()).toMatchObject({ lag: 0, unfinished: 0 })
    await log.stop()
  })
})
