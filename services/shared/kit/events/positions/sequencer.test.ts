import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../observe/log.ts'
import { completeDraft, sealed } from '../log/draft.ts'
import { memoryStore } from '../store/memory-store.ts'
import { draft } from '../test/parcel.ts'
import { endOf, segmentAt, START } from './segments.ts'
import { sequencer } from './sequencer.ts'

/** A sequencer on a store that holds so many segments of one commit each. */
const sequencerOver = async (segments: number, text = '') => {
  const store = memoryStore()
  for (let i = 0, end = START; i < segments; i++) {
    const commit = sealed({ ...completeDraft(draft(`p${i}`, 1, '', 'Sent'), { partitions: 1, traceparent: null, say: () => [] }), correlationId: text }, 'w:0')
    const segment = segmentAt(0, end, [commit], '2026-01-01T00:00:00.000Z')
    await store.addSegment(segment)
    end = endOf(segment)
  }
  let calls = 0
  store.before = async () => { calls++ }
  const one = sequencer({ store, partition: 0, from: async () => START, now: () => '', logger: silentLogger, onPositioned: () => {} })
  return { one, calls: () => calls }
}

describe('the sequencer', () => {
  it('reads on once for all who ask meanwhile', async () => {
    const { one, calls } = await sequencerOver(300)
    const ends = await Promise.all(Array.from({ length: 50 }, () => one.catchUp()))
    expect(new Set(ends.map(end => end.next))).toEqual(new Set([300]))
    expect(calls()).toBeLessThan(6)
  })
  it('keeps the last segments by their weight', async () => {
    for (const [text, kept] of [['', 100], ['x'.repeat(200_000), 2], ['x'.repeat(2_000_000), 1]] as const) {
      const { one } = await sequencerOver(Math.max(10, kept), text)
      const { next } = await one.catchUp()
      expect([text.length, one.recent().length, one.recent().at(-1)?.first]).toEqual([text.length, kept, next - 1])
    }
  })
})
