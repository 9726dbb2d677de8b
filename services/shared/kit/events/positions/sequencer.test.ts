import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../observe/log.ts'
import { completeDraft, sealed } from '../log/draft.ts'
import { memoryStore } from '../store/memory-store.ts'
import { draft } from '../test/parcel.ts'
import { endOf, segmentAt, START } from './segments.ts'
import { sequencer } from './sequencer.ts'

const commitOf = (stream: string, text = '') =>
  sealed({ ...completeDraft(draft(stream, 1, '', 'Sent'), { partitions: 1, traceparent: null, say: () => [] }), correlationId: text }, 'w:0')
/** A sequencer on a store that holds so many segments of one commit each. */
const sequencerOver = async (segments: number, text = '') => {
  const store = memoryStore()
  for (let i = 0, end = START; i < segments; i++) {
    const segment = segmentAt(0, end, [commitOf(`p${i}`, text)], '2026-01-01T00:00:00.000Z')
    await store.addSegment(segment)
    end = endOf(segment)
  }
  let calls = 0
  store.before = async () => { calls++ }
  const counted: [string, number][] = []
  const one = sequencer({
    store, partition: 0, from: async () => START, now: () => '', logger: silentLogger, pace: async () => {},
    onPositioned: (_, groups) => { counted.push(...groups) },
  })
  return { one, calls: () => calls, counted }
}

describe('the sequencer', () => {
  it('reads on once for all who ask meanwhile', async () => {
    const { one, calls } = await sequencerOver(300)
    const ends = await Promise.all(Array.from({ length: 50 }, () => one.catchUp()))
    expect(new Set(ends.map(end => end.next))).toEqual(new Set([300]))
    expect(calls()).toBeLessThan(6)
  })
  it('counts a commit for each group that hands it in while it waits, once', async () => {
    const { one, counted } = await sequencerOver(0)
    const commit = commitOf('p')
    for (const group of ['adopted:1', 'adopted:2', 'adopted:1']) one.position(commit, group)
    await one.drained()
    expect(counted).toEqual([['adopted:1', 1], ['adopted:2', 1]])
    await one.stop()
  })
  it('works off a pile without a rest, also one that came while the store took few', async () => {
    const store = memoryStore()
    const [sizes, rests]: [number[], number[]] = [[], []]
    const one = sequencer({
      store: { ...store, addSegment: async segment => {
        if (sizes.push(segment.commits.length) === 1) for (let i = 0; i < 450; i++) one.position(commitOf(`q${i}`), 'g')
        return store.addSegment(segment)
      } },
      partition: 0, from: async () => START, now: () => '', logger: silentLogger, onPositioned: () => {}, pace: async () => { rests.push(sizes.length) },
    })
    one.position(commitOf('p'), 'g')
    await one.drained()
    await one.stop()
    expect([sizes, rests]).toEqual([[1, 200, 200, 50], [4]])
  })
  it('keeps the last segments by their weight', async () => {
    for (const [text, kept] of [['', 100], ['x'.repeat(200_000), 2], ['x'.repeat(2_000_000), 1]] as const) {
      const { one } = await sequencerOver(Math.max(10, kept), text)
      const { next } = await one.catchUp()
      const reach = Array.from({ length: next }, (_, position) => [...one.recent(position)].map(({ first }) => first)).filter(firsts => firsts.length > 0)
      expect([text.length, reach.length, reach[0]?.at(-1), reach.at(-1)]).toEqual([text.length, kept, next - 1, [next - 1]])
    }
  })
})
