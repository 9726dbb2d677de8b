import { describe, expect, it } from 'vitest'
import type { CloudEvent } from '../../../contracts/feed.ts'
import { silentLogger } from '../../observe/log.ts'
import { memoryStore } from '../store/memory-store.ts'
import { segmentAt, START, endOf } from '../positions/segments.ts'
import { relay } from './relay.ts'
import type { Segment } from '../store/store.ts'
import { commitsOf, logOf } from '../test/log-of.ts'
import { parcelOn, send } from '../test/parcel.ts'

const segments = async (count: number, commitsEach = 1): Promise<{ store: ReturnType<typeof memoryStore>; all: Segment[] }> => {
  const { log } = logOf({ partitions: 1 })
  const parcels = parcelOn(log)
  await Promise.all(Array.from({ length: count * commitsEach }, (_, i) => parcels.handle('org', `p${i}`, { type: 'send' }, send(`c${i}`))))
  const store = memoryStore()
  const all: Segment[] = []
  for (let i = 0; i < count; i++) {
    const before = all.at(-1)
    const commits = await Promise.all(Array.from({ length: commitsEach }, (_, n) => commitsOf(log, `org/parcel/p${i * commitsEach + n}`)))
    all.push(segmentAt(0, before ? endOf(before) : START, commits.flat(), '2026-01-01T00:00:00.000Z'))
    await store.addSegment(all[i]!)
  }
  return { store, all }
}
const published = (
  publish: (events: readonly CloudEvent[]) => Promise<readonly { id: string; error: string }[]>,
  { store, all }: Awaited<ReturnType<typeof segments>>,
  heldBytes?: number,
) => {
  const one = relay({ store, source: 'project', publish, logger: silentLogger, ...(heldBytes !== undefined && { heldBytes }) })
  return { one, done: Promise.all(all.map(segment => new Promise<void>(resolve => { one.add(segment, resolve) }))) }
}

describe('the relay', () => {
  it('publishes in order, one call at a time, 200 at most', async () => {
    const calls: number[] = []
    const order: number[] = []
    let under = 0
    await published(async events => {
      expect(under++).toBe(0)
      await new Promise(resolve => { setImmediate(resolve) })
      under--
      calls.push(events.length)
      order.push(...events.map(e => e.position))
      return []
    }, await segments(450)).done
    expect(order).toEqual(Array.from({ length: 450 }, (_, i) => i))
    expect(Math.max(...calls)).toBeLessThanOrEqual(200)
  })
  it.each([
    [150, [150, 150, 150]],
    [90, [180, 90]],
    [250, [250, 250, 250]],
  ])('ends a call before it passes 200, unless one segment does so by itself: segments of %i', async (commitsEach, expected) => {
    const calls: number[] = []
    await published(async events => { calls.push(events.length); return [] }, await segments(3, commitsEach)).done
    expect(calls).toEqual(expected)
  })
  it('does not give up while the broker is away, and keeps little in memory', async () => {
    let away = true
    const order: number[] = []
    const { store, all } = await segments(20)
    const { findSegment } = store
    let read = 0
    store.findSegment = id => { read++; return findSegment(id) }
    const { one, done } = published(async events => {
      if (away) throw new Error('away')
      order.push(...events.map(e => e.position))
      return []
    }, { store, all }, 2_000)
    await new Promise(resolve => { setTimeout(resolve, 20) })
    expect([one.waiting(), one.oldestMs() > 0]).toEqual([20, true])
    away = false
    await done
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect(read).toBeGreaterThan(15)
  })
  it('sends again only what the broker did not take', async () => {
    const sent: number[][] = []
    await published(async events => {
      sent.push(events.map(e => e.position))
      return sent.length === 1 ? events.slice(2).map(e => ({ id: e.id, error: 'no' })) : []
    }, await segments(4)).done
    expect(sent).toEqual([[0, 1, 2, 3], [2, 3]])
  })
  it('sends no event twice in one bulk, which sidecars refuse as a whole, when a segment waits twice', async () => {
    const { store, all } = await segments(3)
    const sent: number[][] = []
    await published(async events => { sent.push(events.map(e => e.position)); return [] }, { store, all: all.flatMap(segment => [segment, segment]) }).done
    expect(sent).toEqual([[0, 1, 2]])
  })
})
