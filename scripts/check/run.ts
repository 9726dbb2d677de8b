import { runStep } from './run-step.ts'
import { steps, type Step } from './steps.ts'

// All checks of the project; names of steps given as arguments choose some. The last line counts them.
const chosen = process.argv.slice(2)
const unknown = chosen.filter(name => !steps.some(step => step.name.startsWith(name)))
if (unknown.length) {
  console.error(`There is no step named ${unknown.join(', ')}. Steps: ${steps.map(step => step.name).join(', ')}`)
  process.exit(2)
}
const total = { passed: 0, failed: 0 }
const started = performance.now()
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`

const take = async (step: Step): Promise<void> => {
  process.stdout.write(`· ${step.name} …\n`)
  const since = performance.now()
  const beat = setInterval(() => process.stdout.write(`  ${step.name}: ${seconds(since)} so far\n`), 30_000)
  const { passed, failed, skipped, output } = await runStep(step)
  clearInterval(beat)
  total.passed += passed
  total.failed += failed
  if (failed) process.stdout.write(`${output}\n`)
  // A check that passed says in its last line what it looked at, or could not.
  else if (!step.project && output.trim()) process.stdout.write(`  ${step.name}: ${output.trim().split('\n').at(-1)}\n`)
  for (const test of skipped) process.stdout.write(`  ${step.name}: skipped: ${test}\n`)
  process.stdout.write(`${failed ? '✗' : '✓'} ${step.name}: ${passed} passed, ${failed} failed, ${seconds(since)}\n`)
}
const inOrder = async (some: readonly Step[]): Promise<void> => { for (const step of some) await take(step) }

const wanted = steps.filter(step => !chosen.length || chosen.some(name => step.name.startsWith(name)))
// What only computes goes beside what mostly waits; then comes, by itself, what needs the whole machine.
const lastWait = wanted.findLastIndex(step => step.waits)
const first = wanted.slice(0, lastWait + 1)
await Promise.all([inOrder(first.filter(step => !step.waits)), inOrder(first.filter(step => step.waits))])
await inOrder(wanted.slice(lastWait + 1))
process.stdout.write(`All steps took ${seconds(started)}.\n`)
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`)
process.exit(total.failed ? 1 : 0)
