import { describe, expect, it } from 'vitest'
import { median, percentileCurve, percentilesOf, quantile } from './statistics.ts'

const thousand = Array.from({ length: 1_000 }, (_, i) => (i + 1) / 10)

describe('percentiles', () => {
  it('are those of the samples, to three digits', () => {
    const { count, p50, p90, p99, p999, max } = percentilesOf(thousand)
    expect([count, max]).toEqual([1_000, 100])
    for (const [found, wanted] of [[p50, 50], [p90, 90], [p99, 99], [p999, 99.9]] as const) expect(Math.abs(found - wanted) / wanted).toBeLessThan(0.002)
  })
  it('of few samples end in the greatest of them', () => expect(percentilesOf([1, 2, 30]).p99).toBeCloseTo(30, 1))
  it('do not depend on the order', () => expect(percentilesOf(thousand.toReversed())).toEqual(percentilesOf(thousand)))
  it('as a curve never fall', () => {
    const ys = percentileCurve(thousand).map(([, y]) => y)
    expect(ys).toEqual(ys.toSorted((a, b) => a - b))
  })
})

describe('the middle', () => {
  it('of an even number lies between two', () => expect(median([4, 1, 3, 2])).toBe(2.5))
  it('of nothing is no number', () => expect(median([])).toBeNaN())
  it('is one of the quantiles', () => expect(quantile([5, 1, 9], 0.5)).toBe(5))
})

describe('a quantile', () => {
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)
  it.each([
    [20, 0.95, 19], [100, 0.95, 95], [100, 0.99, 99], [4, 0.5, 2], [20, 1, 20], [20, 0, 1], [1, 0.95, 1],
  ])('of 1 to %i at %d is %i', (n, q, wanted) => expect(quantile(upTo(n), q)).toBe(wanted))
  it('of nothing is no number', () => expect(quantile([], 0.5)).toBeNaN())
})
