import { loadavg } from 'node:os'
import { relative } from 'node:path'
import { summarize, worsening, type Summary } from './compare.ts'
import { machineFacts } from './machine.ts'
import type { Outcome } from './measure.ts'
import { measures } from './measures.ts'
import type { Plan } from './plan.ts'
import { readBaseline, resultsFolder, saveBaseline, writeResults } from './results.ts'
import { warmed, warmingSeconds } from './warm.ts'
import { newWorld } from './world.ts'

// Everything beside its control, in turns, on the same machine in the same run: absolute figures drift, ratios hold.
const args = process.argv.slice(2)
const names = args.filter(arg => !arg.startsWith('--'))
const unknown = [
  ...names.filter(name => !measures.some(m => m.name === name)),
  ...args.filter(arg => arg.startsWith('--') && !['--long', '--save-baseline', '--plan'].includes(arg)),
]
if (unknown.length) {
  console.error(`There is no ${unknown.join(', ')}. Measures: ${measures.map(m => m.name).join(' ')}. Options: --long, --plan, --save-baseline.`)
  process.exit(64)
}
const long = args.includes('--long')
const plan: Plan = {
  rounds: Number(process.env['ROUNDS'] ?? 5), seconds: Number(process.env['SECONDS_EACH'] ?? 2.5),
  long, longMinutes: long ? Number(process.env['LONG_MINUTES'] ?? 60) : 0,
}
const chosen = measures.filter(m => names.length === 0 || names.includes(m.name))
const STARTING_S = 45
const minutes = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds))
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
}
const estimates = chosen.map(m => m.estimate(plan))
const warming = chosen.some(m => m.warm) ? warmingSeconds(plan) : 0
const total = STARTING_S + warming + estimates.reduce((a, b) => a + b, 0)

console.log(`${chosen.length} measures, ${plan.rounds} pairs each, ${plan.seconds} s a turn; about ${minutes(total)}:`)
if (warming) console.log(`  ${'warming'.padEnd(10)} ${minutes(warming).padStart(11)}  Until everything is compiled`)
for (const [i, { name, title }] of chosen.entries()) console.log(`  ${name.padEnd(10)} ${minutes(estimates[i] ?? 0).padStart(11)}  ${title}`)
if (args.includes('--plan')) process.exit(0)

const began = performance.now()
const elapsed = (): number => (performance.now() - began) / 1000
const facts = machineFacts()
const folder = resultsFolder(facts.at)
const world = newWorld(plan, text => { console.log(`  ${minutes(elapsed()).padStart(12)}  ${text}`) })
const summaries: Summary[] = []
const outcomes: Record<string, Outcome & { loadBefore: number; generatorCpuS: number }> = {}
const failures: Record<string, string> = {}
const took: Record<string, number> = {}
const baseline = readBaseline()

const one = async (i: number): Promise<void> => {
  const m = chosen[i]
  if (!m) return
  const left = estimates.slice(i).reduce((a, b) => a + b, 0)
  console.log(`\n[${i + 1}/${chosen.length}] ${m.title}, about ${minutes(estimates[i] ?? 0)}; ${minutes(left)} left`)
  const [loadBefore = 0] = loadavg()
  const [since, cpu] = [elapsed(), process.cpuUsage()]
  try {
    if (m.warm) await warmed(world)
    await world.calm()
    const outcome = await m.run(world)
    const used = process.cpuUsage(cpu)
    outcomes[m.name] = { ...outcome, loadBefore, generatorCpuS: (used.user + used.system) / 1e6 }
    if (outcome.failed) failures[m.name] = `${outcome.failed} calls were not answered as they should be`
    for (const [key, spec] of Object.entries(m.figures)) {
      const samples = outcome.figures[key]
      if (!samples) throw new Error(`${m.name} did not measure ${key}`)
      const summary = summarize(`${m.name}: ${key}`, spec, samples)
      summaries.push(summary)
      const worse = worsening(summary, baseline[summary.key])
      const against = `${summary.oursValue.toFixed(1)} against ${summary.controlValue.toFixed(1)} ${spec.unit}`
      const warning = worse === undefined ? '' : `, ${(worse * 100).toFixed(0)} % worse than the baseline`
      console.log(`  → ${key}: ${summary.ratio.toFixed(2)} (${against})${warning}`)
    }
  } catch (error) {
    failures[m.name] = error instanceof Error ? error.stack ?? error.message : String(error)
    console.error(`  ✗ ${failures[m.name]}`)
  }
  took[m.name] = elapsed() - since
  writeResults(folder, { facts, summaries, outcomes, failures, took })
}

const stop = (): void => { void world.close().finally(() => { process.exit(130) }) }
process.once('SIGINT', stop).once('SIGTERM', stop).once('uncaughtException', error => {
  console.error(error)
  stop()
})
for (const i of chosen.keys()) await one(i)
const deaths = await world.close()
for (const [i, death] of deaths.entries()) failures[`part ${i + 1}`] = death
console.log(`\n${writeResults(folder, { facts, summaries, outcomes, failures, took })}`)
if (args.includes('--save-baseline')) saveBaseline(summaries, facts)
console.log(`Took ${minutes(elapsed())}. Raw samples, table and plots: ${relative(process.cwd(), folder)}`)
process.exit(Object.keys(failures).length ? 1 : 0)
