import { goalText, type Summary, worsening } from './compare.ts'
import type { Facts } from './machine.ts'
import type { Bar } from './plot.ts'

/** A number with three digits that say something. */
export const plain = (n: number): string => !Number.isFinite(n) ? '–' : Math.abs(n) >= 100 ? n.toFixed(0) : String(Number(n.toPrecision(3)))

const verdict = (s: Summary, baseline: number | undefined): string => {
  const worse = worsening(s, baseline)
  const reached = s.reached === null ? '' : s.reached ? 'yes' : '**no**'
  return worse === undefined ? reached : `${reached} ⚠ ${(worse * 100).toFixed(0)} % worse than the baseline`.trim()
}

const columns = ['figure', 'ours', 'control', 'ours ÷ control (least – most)', 'to reach', 'reached', 'baseline'] as const
const rowOf = (s: Summary, baseline: number | undefined): string[] => [
  `${s.title} (${s.key})`, `${plain(s.oursValue)} ${s.unit}`, `${plain(s.controlValue)} ${s.unit}, ${s.control}`,
  `${plain(s.ratio)} (${plain(s.spread[0])} – ${plain(s.spread[1])})`,
  goalText(s.goal, s.unit) || '–', verdict(s, baseline), s.given || baseline === undefined ? '–' : plain(baseline),
]

/** The result as Markdown: medians of the pairs or figures of all rounds together, what they are measured against, and what stands beside them. */
export const tableOf = (
  summaries: readonly Summary[],
  baseline: Readonly<Record<string, number>>,
  failures: Readonly<Record<string, string>>,
  facts: Facts,
): string => {
  const besides = summaries.flatMap(({ key, samples }) => Object.entries(samples.beside ?? {}).map(([name, value]) => `- ${key}: ${name}: ${value}`))
  return [
    `# Figures of ${facts.at.slice(0, 16).replace('T', ' ')} UTC, commit ${facts.commit}${facts.changed ? ` and ${facts.changed} changed files` : ''}`, '',
    `${facts.cores} cores (${facts.processor}), ${facts.memoryGiB} GiB, ${facts.system}, Node ${facts.versions.node}, `
      + `Dapr ${facts.versions.dapr}, FerretDB ${facts.versions.ferretdb}; load before: ${facts.loadBefore.join(' ')}.`, '',
    `| ${columns.join(' | ')} |`, `|${columns.map(() => '---').join('|')}|`, ...summaries.map(s => `| ${rowOf(s, baseline[s.key]).join(' | ')} |`), '',
    ...(besides.length ? ['Beside them:', '', ...besides, ''] : []),
    ...Object.entries(failures).map(([name, reason]) => `**${name} failed**: ${reason.split('\n')[0]}`),
  ].join('\n')
}

/** How far each figure with a goal is: 1 is the goal, more is better. */
export const barsOf = (summaries: readonly Summary[]): Bar[] => summaries.flatMap(({ key, goal, ratio, spread, oursValue, controlValue, unit, reached }) => {
  const label = key.length > 52 ? `${key.slice(0, 51)}…` : key
  const { ratioAtLeast, ratioAtMost, oursAtMost, addedAtMost } = goal
  if (ratioAtLeast !== undefined) {
    const [low, high] = [spread[0] / ratioAtLeast, spread[1] / ratioAtLeast]
    return [{ label, value: ratio / ratioAtLeast, low, high, note: `${plain(ratio)} of ≥ ${ratioAtLeast}`, reached: reached === true }]
  }
  if (ratioAtMost !== undefined) {
    const [low, high] = [ratioAtMost / spread[1], ratioAtMost / spread[0]]
    return [{ label, value: ratioAtMost / ratio, low, high, note: `${plain(ratio)} of ≤ ${ratioAtMost}`, reached: reached === true }]
  }
  const [most, ours] = addedAtMost !== undefined ? [addedAtMost, oursValue - controlValue] : [oursAtMost, oursValue]
  if (most === undefined) return []
  const value = most / ours
  return [{ label, value, low: value, high: value, note: `${plain(ours)} of ≤ ${most} ${unit}`, reached: reached === true }]
})
