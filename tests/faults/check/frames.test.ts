import { describe, expect, it } from 'vitest'
import type { CloudEvent } from '../../../services/shared/contracts/feed.ts'
import { checkFrames, type Shown } from './frames.ts'

const event = (position: number, more: Partial<CloudEvent> = {}): CloudEvent => ({
  specversion: '1.0', id: `e${position}`, source: 'task', type: 'TaskUpdated', subject: 't', time: '2026-01-01T00:01:00.000Z', data: {}, dataversion: 1, organizationid: 'o',
  partition: 0, position, previous: position - 1, aggregateversion: position, actor: 'u', correlationid: 'c', ...more,
})
const all = [1, 2, 3, 4, 5].map(position => event(position))
const shown = (...positions: number[]): Shown[] => positions.map(n => ({ id: `e${n}`, subject: 't', version: n }))
const since = '2026-01-01T00:00:00.000Z'
const sound = { missing: [], phantom: [], disorder: [] }
const check = (seen: Shown[], gaps: { after: number; silentMs: number }[] = [], events = all) =>
  checkFrames({ shown: seen, gaps, since }, { all: events, concerns: e => e.type !== 'Other' })

describe('the frames of somebody who watches', () => {
  it('are all there, in their order, some of them again', () => {
    expect(check(shown(1, 2, 3, 4, 5))).toEqual(sound)
    expect(check(shown(1, 2, 1, 2, 3, 4, 5))).toEqual(sound)
    expect(check(shown(1, 2, 3), [], [...all.slice(0, 3), event(4, { type: 'Other' })])).toEqual(sound)
  })
  it('need not tell what was before, whatever a clock says later', () => {
    const early = event(0, { id: 'early', time: '2025-12-31T23:59:00.000Z' })
    expect(check(shown(1, 2, 3, 4, 5), [], [early, ...all])).toEqual(sound)
    expect(check(shown(1, 2, 4, 5), [], [...all.slice(0, 2), event(3, { time: early.time }), ...all.slice(3)]).missing).toEqual(['frame: e3'])
  })
  it('miss nothing, repeat nothing unknown, and do not go back', () => {
    expect(check(shown(1, 2, 3, 4)).missing).toEqual(['frame: e5'])
    expect(check([...shown(1, 2, 3, 4, 5), { id: 'notification.n', subject: 'n', version: 1 }])).toEqual(sound)
    expect(check(shown(1, 2, 3, 4, 5, 6)).phantom).toEqual(['frame: e6'])
    expect(check(shown(1, 3, 2, 4, 5)).disorder).toEqual(['frame: e2 was shown after version 3 of its subject'])
  })
  it('may have a gap after a long silence, and miss only what lies in it', () => {
    const gap = { after: 2, silentMs: 70_000 }
    expect(check(shown(1, 2, 4, 5), [gap])).toEqual(sound)
    expect(check(shown(1, 2, 4), [gap]).missing).toEqual(['frame: e5'])
    expect(check(shown(1, 4, 5), [{ ...gap, after: 1 }])).toEqual(sound)
    expect(check(shown(2, 4, 5), [{ ...gap, after: 1 }]).missing).toEqual(['frame: e1'])
    expect(check(shown(1, 2, 3, 4, 5), [{ ...gap, silentMs: 900 }]).missing).toEqual(['frame: a gap after 2 frames, though the line was silent for 900 ms only'])
  })
})
