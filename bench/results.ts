import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Summary } from './compare.ts'
import type { Facts } from './machine.ts'
import type { Outcome } from './measure.ts'
import { barChart, lineChart } from './plot.ts'
import { barsOf, tableOf } from './table.ts'

const Baseline = z.object({ facts: z.unknown(), ratios: z.record(z.string(), z.number()) })
const baselineFile = join(import.meta.dirname, 'baseline.json')

/** The committed ratios, by figure; nothing when there are none yet. */
export const readBaseline = (): Readonly<Record<string, number>> =>
  existsSync(baselineFile) ? Baseline.parse(JSON.parse(readFileSync(baselineFile, 'utf8'))).ratios : {}

/** Takes over the ratios of this run; those of figures that it did not measure stay. */
export const saveBaseline = (summaries: readonly Summary[], facts: Facts): void => {
  const fresh = summaries.filter(s => !s.given && Number.isFinite(s.ratio)).map((s): [string, number] => [s.key, Number(s.ratio.toPrecision(4))])
  const ratios = Object.fromEntries(Object.entries({ ...readBaseline(), ...Object.fromEntries(fresh) }).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(baselineFile, `${JSON.stringify({ facts, ratios }, null, 2)}\n`)
}

export type Run = {
  facts: Facts
  summaries: readonly Summary[]
  outcomes: Readonly<Record<string, Outcome>>
  failures: Readonly<Record<string, string>>
  took: Readonly<Record<string, number>>
}

/** A folder for the results of one run. */
export const resultsFolder = (at: string): string => {
  const folder = join(import.meta.dirname, 'results', at.slice(0, 19).replaceAll(':', '-'))
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Writes what is known so far: raw samples, table and plots. */
export const writeResults = (folder: string, run: Run): string => {
  const table = tableOf(run.summaries, readBaseline(), run.failures, run.facts)
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run))
  writeFileSync(join(folder, 'table.md'), `${table}\n`)
  const bars = barsOf(run.summaries)
  if (bars.length) writeFileSync(join(folder, 'goals.svg'), barChart('How far each figure is (right of the line: reached)', bars))
  for (const chart of Object.values(run.outcomes).flatMap(outcome => outcome.charts ?? []))
    if (chart.series.some(s => s.points.length)) writeFileSync(join(folder, `${chart.name}.svg`), lineChart(chart))
  return table
}
