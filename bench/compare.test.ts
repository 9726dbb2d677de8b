import { describe, expect, it } from 'vitest'
import { goalText, pooledSamples, summarize, worsening, type FigureSpec } from './compare.ts'

const rate: FigureSpec = { title: 'create', unit: '/s', control: 'B1', goal: { ratioAtLeast: 0.85 }, better: 'more' }
const delay: FigureSpec = { title: 'frame', unit: 'ms', control: 'raw', goal: { ratioAtMost: 1.3, oursAtMost: 25 }, better: 'less' }

describe('a figure', () => {
  it('is the median of the ratios of its pairs, with their spread', () =>
    expect(summarize('k', rate, { ours: [90, 50, 95], control: [100, 50, 100] })).toMatchObject({ ratio: 0.95, spread: [0.9, 1], oursValue: 90, controlValue: 100, reached: true }))
  it('is not reached when one part of its goal is not', () => expect(summarize('k', delay, { ours: [30], control: [29] }).reached).toBe(false))
  it('is reached at the goal itself', () => expect(summarize('k', delay, { ours: [13], control: [10] }).reached).toBe(true))
  it('may have to add no more than so much', () => {
    const added: FigureSpec = { ...delay, goal: { addedAtMost: 0.5 } }
    expect(summarize('k', added, { ours: [3.4], control: [3] }).reached).toBe(true)
    expect(summarize('k', added, { ours: [3.6], control: [3] }).reached).toBe(false)
  })
  it('of few samples is that of all rounds together, with the spread of its rounds', () => {
    const most = (samples: readonly number[]): number => Math.max(...samples)
    const summary = summarize('k', { ...delay, goal: { ratioAtMost: 1.5, addedAtMost: 3 } }, pooledSamples(most, [[1, 2], [9, 4], [3, 3]], [[2, 2], [3, 3], [6, 6]]))
    expect(summary).toMatchObject({ ratio: 1.5, oursValue: 9, controlValue: 6, spread: [0.5, 3], reached: true })
  })
  it('without a goal is neither reached nor missed', () => expect(summarize('k', { ...rate, goal: {} }, { ours: [1], control: [1] }).reached).toBeNull())
  it('that could not be measured is not reached', () => expect(summarize('k', rate, { ours: [], control: [] }).reached).toBe(false))
  it('beside a control that did nothing is not reached', () => expect(summarize('k', rate, { ours: [20], control: [0] }).reached).toBe(false))
})

describe('a figure beside the committed baseline', () => {
  it('is pointed out when it got worse by more than a tenth', () => {
    expect(worsening({ ratio: 0.7, better: 'more' }, 0.8)).toBeCloseTo(0.125)
    expect(worsening({ ratio: 1.2, better: 'less' }, 1)).toBeCloseTo(0.2)
  })
  it('is left alone within a tenth, and when it got better', () => {
    expect(worsening({ ratio: 0.73, better: 'more' }, 0.8)).toBeUndefined()
    expect(worsening({ ratio: 2, better: 'more' }, 0.8)).toBeUndefined()
    expect(worsening({ ratio: 0.5, better: 'less' }, 1)).toBeUndefined()
  })
  it('is not compared without a baseline, nor against a control that was not measured', () => {
    expect(worsening({ ratio: 0.1, better: 'more' }, undefined)).toBeUndefined()
    expect(worsening({ ratio: 0.1, better: 'more', given: true }, 0.8)).toBeUndefined()
  })
})

it('a goal reads as one', () => expect(goalText(delay.goal, 'ms')).toBe('≤ 1.3 ×, ≤ 25 ms'))
