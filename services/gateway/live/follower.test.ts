import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CloudEvent } from '../../shared/contracts/feed.ts'
import { follower, type FollowerOptions } from './follower.ts'

/** A partition whose public events stand at these positions. */
const partition = (positions: readonly number[]): CloudEvent[] => positions.map((position, i) => ({
  specversion: '1.0', id: `e${position}`, source: 'task', type: 'TaskCreated', subject: 't1', time: '2026-05-04T10:00:00.000Z', data: {}, dataversion: 1, organizationid: 'o1',
  partition: 0, position, previous: positions[i - 1] ?? -1, aggregateversion: 1, actor: 'u1', correlationid: 'c1',
}))
const world = (all: readonly CloudEvent[], at: number | undefined) => {
  const handed: number[] = []
  const asked: number[] = []
  const feed: FollowerOptions['feed'] = async after => {
    asked.push(after)
    return { events: all.filter(e => e.position > after).slice(0, 3), head: (all.at(-1)?.position ?? -1) + 1 }
  }
  const one = follower({ at, patienceMs: 5, hand: e => { handed.push(e.position) }, feed })
  return { one, handed, asked }
}

describe('a follower', () => {
  it('hands on in order what comes in order, private positions between', () => {
    const all = partition([0, 1, 4, 5])
    const { one, handed, asked } = world(all, -1)
    for (const event of all) one.take(event)
    expect([handed, asked]).toEqual([[0, 1, 4, 5], []])
  })
  it('waits a moment for what the broker brings late, and asks nobody', async () => {
    const [a, b, c] = partition([0, 1, 2])
    const { one, handed, asked } = world([], -1)
    one.take(c!)
    one.take(b!)
    expect(handed).toEqual([])
    one.take(a!)
    await new Promise(resolve => { setTimeout(resolve, 15) })
    expect([handed, asked, one.waiting]).toEqual([[0, 1, 2], [], 0])
  })
  it('fetches what the broker lost', async () => {
    const all = partition([0, 1, 2, 3, 4, 5, 6, 7])
    const { one, handed } = world(all, -1)
    one.take(all[0]!)
    one.take(all[7]!)
    await expect.poll(() => handed).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })
  it('reads a log that is another one now from what it has handed on', async () => {
    const [before, now] = [{ events: [], head: 1_000, next: 1_000 }, partition([0, 60])]
    const handed: number[] = []
    let isNew = false
    const one = follower({
      at: 0, hand: e => { handed.push(e.position) },
      feed: async after => (isNew ? { events: now.filter(e => e.position > after), head: 61, next: Math.max(61, after + 1) } : before),
    })
    await one.catchUp()
    isNew = true
    await one.catchUp()
    expect(handed).toEqual([60])
  })
  it('reads a log that was put back from its end, whatever was asked for before', async () => {
    const now = partition([99, 150, 600])
    const handed: number[] = []
    const before = Promise.withResolvers<{ events: CloudEvent[]; head: number; next: number }>()
    let asked = 0
    const one = follower({
      at: 500, hand: e => { handed.push(e.position) },
      feed: async after => (asked++ === 0 ? before.promise : { events: now.filter(e => e.position > after), head: 601, next: 601 }),
    })
    const asking = one.catchUp()
    one.rewind(100)
    before.resolve({ events: [], head: 100, next: 501 })
    await asking
    await one.catchUp()
    expect(handed).toEqual([150, 600])
  })
  it('ignores what it has had', () => {
    const all = partition([0, 1])
    const { one, handed } = world(all, 0)
    for (const event of all) one.take(event)
    for (const event of all) one.take(event)
    expect(handed).toEqual([1])
  })
  it('begins with what comes first when it knows no position', () => {
    const all = partition([0, 1, 2])
    const { one, handed } = world(all, undefined)
    one.take(all[1]!)
    one.take(all[2]!)
    expect(handed).toEqual([1, 2])
  })
  it('misses nothing and repeats nothing, whatever is lost, doubled or reordered', async () => {
    await fc.assert(fc.asyncProperty(
      fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 20 }).map(p => p.toSorted((a, b) => a - b)), fc.infiniteStream(fc.nat()),
      async (positions, noise) => {
        const all = partition(positions)
        const { one, handed } = world(all, -1)
        for (let i = 0; i < positions.length * 2; i++) {
          const event = all[(noise.next().value ?? 0) % all.length]
          if (event) one.take(event)
        }
        await one.catchUp()
        expect(handed).toEqual(positions)
      }), { numRuns: 100 })
  })
})
