import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { readFound } from '../../../deploy/local/found.ts'
import type { Person } from '../../support/people.ts'

const Rates = z.record(z.string(), z.record(z.string(), z.object({ accepted: z.number() })))
const Report = z.object({ operations: z.object({ tested: z.number(), total: z.number() }), test_cases: z.object({ generated: z.number() }), failures: z.array(z.unknown()), errors: z.array(z.unknown()), valid_rates: Rates })
export type Fuzzed = { cases: number; operations: { tested: number; total: number; accepted: number }; failures: number; errors: number; output: string }
export type FuzzOptions = { gateway: string; person: Person; seed: number; seconds: number; examples: number }

/** Runs the fuzzer over every operation of the gateway's own document, signed in as this person. What it found is in `output`, with the call that repeats it. */
export const fuzz = async ({ gateway, person, seed, seconds, examples }: FuzzOptions): Promise<Fuzzed> => {
  const fuzzer = readFound(resolve(import.meta.dirname, '../../..')).fuzzer ?? { missing: 'The fuzzer is not prepared: run npm test, or npm run test:fuzz.' }
  if ('missing' in fuzzer) throw new Error(fuzzer.missing)
  const folder = mkdtempSync(join(tmpdir(), 'cybertask-fuzz-'))
  const file = join(folder, 'report.json')
  try {
    const args = ['--config-file', join(import.meta.dirname, 'schemathesis.toml'), 'run', `${gateway}/openapi.json`, '--no-color', '--seed', String(seed), '--max-time', String(seconds), '--max-examples', String(examples), '--report', 'json', '--report-json-path', file]
    const env = { ...process.env, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: import.meta.dirname, PYTHONDONTWRITEBYTECODE: '1', FUZZ_GATEWAY: gateway, FUZZ_EMAIL: person.email, FUZZ_PASSWORD: person.password, FUZZ_USER: person.id }
    const output = await run(fuzzer.program, args, folder, env)
    const { operations, test_cases, failures, errors, valid_rates } = reportOf(file, output)
    const accepted = Object.values(valid_rates).filter(phases => Object.values(phases).some(phase => phase.accepted > 0)).length
    return { cases: test_cases.generated, operations: { ...operations, accepted }, failures: failures.length, errors: errors.length, output: output.slice(Math.max(0, output.search(/^=+ (?:ERRORS|FAILURES) =+$/m))) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const reportOf = (file: string, output: string): z.infer<typeof Report> => {
  try { return Report.parse(JSON.parse(readFileSync(file, 'utf8'))) } catch (error) { throw new Error(`the fuzzer left no report: ${String(error)}\n${output.slice(-3_000)}`, { cause: error }) }
}

const run = (program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> => new Promise((done, fail) => {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const take = (chunk: string): void => { output = (output + chunk).slice(-400_000) }
  child.stdout.setEncoding('utf8').on('data', take)
  child.stderr.setEncoding('utf8').on('data', take)
  child.on('error', fail).on('close', () => { done(output) })
})
