import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Step } from './steps.ts'

/** `skipped` names the tests that were not run. */
export type Outcome = { passed: number; failed: number; skipped: readonly string[]; output: string }

const Report = z.object({
  numPassedTests: z.number(), numFailedTests: z.number(), numTotalTests: z.number(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
})
const unrun = ['skipped', 'todo']

/**
 * Runs one step to its end. A vitest project counts its tests, and a file that could not be loaded
 * or a project without tests counts as a failure; any other command counts as one test.
 */
export const runStep = async (step: Step): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'cybertask-test-'))
  const report = join(folder, 'report.json')
  const [command = '', ...args] = step.project ? [...step.command, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : step.command
  const { code, output } = await run(command, args)
  try {
    if (!step.project) return code === 0 ? { passed: 1, failed: 0, skipped: [], output } : { passed: 0, failed: 1, skipped: [], output }
    const counts = Report.parse(JSON.parse(readFileSync(report, 'utf8')))
    const broken = counts.numTotalTests === 0 || (code !== 0 && counts.numFailedTests === 0) ? 1 : 0
    const skipped = counts.testResults.flatMap(file => file.assertionResults).filter(({ status }) => unrun.includes(status)).map(({ fullName }) => fullName)
    return { passed: counts.numPassedTests, failed: counts.numFailedTests + broken, skipped, output }
  } catch {
    return { passed: 0, failed: 1, skipped: [], output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const run = (command: string, args: readonly string[]): Promise<{ code: number; output: string }> =>
  new Promise(resolve => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' } })
    const chunks: Buffer[] = []
    const keep = (chunk: Buffer) => chunks.push(chunk)
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', error => resolve({ code: 1, output: String(error) }))
    child.on('close', code => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }))
  })
