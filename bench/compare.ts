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
export type Samples = {
  ours: readonly number[]
  control: readonly number[]
  /** The figure over all rounds together, where one round has too few samples for it: its rounds give the spread only. */
  pooled?: { ours: number; control: number }
  beside?: Readonly<Record<string, string>>
}
export type Summary = FigureSpec & {
  key: string
  samples: Samples
  oursValue: number
  controlValue: number
  ratio: number
  spread: readonly [number, number]
  reached: boolean | null
}

/** A figure such as a 99th percentile, `of` the samples of all rounds together, and of each round for the spread. */
export const pooledSamples = (
  of: (samples: readonly number[]) => number,
  ours: readonly (readonly number[])[],
  control: readonly (readonly number[])[],
): Samples => ({ ours: ours.map(of), control: control.map(of), pooled: { ours: of(ours.flat()), control: of(control.flat()) } })

/**
 * Median of the ratios of pairs: what slows the machine for a while slows both halves of a pair.
 * A figure that is pooled is the ratio of all rounds together.
 */
export const summarize = (key: string, spec: FigureSpec, samples: Samples): Summary => {
  const { pooled } = samples
  const ofPairs = (of: (ours: number, control: number) => number): number[] => samples.ours.map((ours, i) => of(ours, samples.control[i] ?? Number.NaN))
  const figureOf = (of: (ours: number, control: number) => number): number => (pooled ? of(pooled.ours, pooled.control) : median(ofPairs(of)))
  const ratios = ofPairs((ours, control) => ours / control)
  const [oursValue, controlValue] = pooled ? [pooled.ours, pooled.control] : [median(samples.ours), median(samples.control)]
  const ratio = figureOf((ours, control) => ours / control)
  const { ratioAtLeast, ratioAtMost, oursAtMost, addedAtMost } = spec.goal
  const checks = [
    ...(ratioAtLeast === undefined ? [] : [ratio >= ratioAtLeast]),
    ...(ratioAtMost === undefined ? [] : [ratio <= ratioAtMost]),
    ...(oursAtMost === undefined ? [] : [oursValue <= oursAtMost]),
    ...(addedAtMost === undefined ? [] : [figureOf((ours, control) => ours - control) <= addedAtMost]),
  ]
  return {
    ...spec, samples, key, oursValue, controlValue, ratio,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    reached: checks.length === 0 ? null : Number.isFinite(ratio) && checks.every(Boolean),
  }
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
