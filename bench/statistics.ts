import { build, type Histogram } from 'hdr-histogram-js'

/** The least sample that a part `q` of all samples does not exceed (nearest rank): 0.95 of 20 is the second greatest. */
export const quantile = (samples: readonly number[], q: number): number => {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)] ?? Number.NaN
}
export const median = (samples: readonly number[]): number => {
  const sorted = samples.toSorted((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2
}

export type Percentiles = { count: number; p50: number; p90: number; p99: number; p999: number; max: number }
// A histogram counts whole numbers: microseconds keep three digits of any latency from a microsecond to a minute.
const MICRO = 1_000

/** An HDR histogram of latencies in milliseconds. */
export const histogramOf = (latencies: readonly number[]): Histogram => {
  const histogram = build({ bitBucketSize: 32, numberOfSignificantValueDigits: 3, lowestDiscernibleValue: 1, highestTrackableValue: 120_000 * MICRO })
  for (const latency of latencies) histogram.recordValue(Math.max(1, Math.round(latency * MICRO)))
  return histogram
}

/** Percentiles of latencies, in milliseconds. */
export const percentilesOf = (latencies: readonly number[]): Percentiles => {
  const histogram = histogramOf(latencies)
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / MICRO
  return { count: latencies.length, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: latencies.reduce((a, b) => Math.max(a, b), 0) }
}

/** The curve of a latency distribution: how many nines (x: 1 is 90 %, 2 is 99 %) stay below which latency (y, ms). */
export const percentileCurve = (latencies: readonly number[]): [number, number][] => {
  const histogram = histogramOf(latencies)
  const most = Math.log10(Math.max(10, latencies.length))
  return Array.from({ length: 41 }, (_, i) => (i / 40) * most).map(nines => [nines, histogram.getValueAtPercentile(100 * (1 - 10 ** -nines)) / MICRO])
}
