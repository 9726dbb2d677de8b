import { median } from './statistics.ts'

/** What is to be reached: by ours ÷ control, by ours alone, or by ours − control. */
export type Goal = { ratioAtLeast?: number; ratioAtMost?: number; oursAtMost?: number; addedAtMost?: number }
export type FigureSpec = {
  title: string
  unit: string
  control: string
  goal: Goal
  /** Whether a greater figure is a better one. */
  better: 'more' | 'less'
  /** The control was not measured but given: its ratio depends on the machine and is not compared with the baseline. */
  given?: true
  /** Shown beside others, without a goal of its own. */
  aside?: true
}
/** One figure of each turn, ours and the control's in pairs. */
export type Samples = { ours: readonly number[]; control: readonly number[]; beside?: Readonly<Record<string, string>> }
export type Summary = FigureSpec & { key: string; samples: Samples; oursMedian: number; controlMedian: number; ratio: number; spread: readonly [number, number]; reached: boolean | null }

/** Median of the ratios of pairs: what slows the machine for a while slows both halves of a pair. */
export const summarize = (key: string, spec: FigureSpec, samples: Samples): Summary => {
  const ratios = samples.ours.map((ours, i) => ours / (samples.control[i] ?? Number.NaN))
  const [oursMedian, controlMedian, ratio] = [median(samples.ours), median(samples.control), median(ratios)]
  const { ratioAtLeast, ratioAtMost, oursAtMost, addedAtMost } = spec.goal
  const checks = [
    ...(ratioAtLeast === undefined ? [] : [ratio >= ratioAtLeast]), ...(ratioAtMost === undefined ? [] : [ratio <= ratioAtMost]),
    ...(oursAtMost === undefined ? [] : [oursMedian <= oursAtMost]), ...(addedAtMost === undefined ? [] : [median(samples.ours.map((ours, i) => ours - (samples.control[i] ?? Number.NaN))) <= addedAtMost]),
  ]
  return { ...spec, samples, key, oursMedian, controlMedian, ratio, spread: [Math.min(...ratios), Math.max(...ratios)], reached: checks.length === 0 ? null : Number.isFinite(ratio) && checks.every(Boolean) }
}

const TOLERATED = 0.1
/** By how much a ratio is worse than the committed one (0.12: by 12 %), where that is more than a tenth. */
export const worsening = ({ ratio, better, given }: Pick<Summary, 'ratio' | 'better' | 'given'>, baseline: number | undefined): number | undefined => {
  if (given || baseline === undefined || !(baseline > 0)) return undefined
  const worse = better === 'more' ? 1 - ratio / baseline : ratio / baseline - 1
  return worse > TOLERATED ? worse : undefined
}

export const goalText = ({ ratioAtLeast, ratioAtMost, oursAtMost, addedAtMost }: Goal, unit: string): string => [
  ...(ratioAtLeast === undefined ? [] : [`≥ ${ratioAtLeast} ×`]), ...(ratioAtMost === undefined ? [] : [`≤ ${ratioAtMost} ×`]),
  ...(oursAtMost === undefined ? [] : [`≤ ${oursAtMost} ${unit}`]), ...(addedAtMost === undefined ? [] : [`adds ≤ ${addedAtMost} ${unit}`]),
].join(', ')
