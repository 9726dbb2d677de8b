import { spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { readFound } from '../../../deploy/local/found.ts'
import type { Person } from '../../support/people.ts'

const Rates = z.record(z.string(), z.record(z.string(), z.object({ accepted: z.number() })))
const Report = z.object({
  operations: z.object({ tested: z.number(), total: z.number() }), test_cases: z.object({ generated: z.number() }),
  failures: z.array(z.unknown()), errors: z.array(z.unknown()), valid_rates: Rates,
})
export type Fuzzed = { cases: number; followed: number; operations: { tested: number; total: number; accepted: number }; failures: number; errors: number; output: string }
export type FuzzOptions = { gateway: string; person: Person; seed: number; seconds: number; examples: number; inSequence?: boolean }

// The fuzzer reads from the schemas where an id leads. Among the ways to begin of all services it would seldom go on, so these are of what people make, change and delete most.
const sequences = ['--phases', 'stateful', '--include-tag', 'task', '--include-tag', 'project']

/**
 * Runs the fuzzer over every operation of the gateway's own document, or with `inSequence` over calls that go on from what earlier ones answered, signed in as this person.
 * What it found is in `output`, with the call that repeats it; `followed` counts the calls that took something from an earlier answer.
 */
export const fuzz = async ({ gateway, person, seed, seconds, examples, inSequence = false }: FuzzOptions): Promise<Fuzzed> => {
  const fuzzer = readFound(resolve(import.meta.dirname, '../../..')).fuzzer ?? { missing: 'The fuzzer is not prepared: run npm test, or npm run test:fuzz.' }
  if ('missing' in fuzzer) throw new Error(fuzzer.missing)
  const folder = mkdtempSync(join(tmpdir(), 'cybertask-fuzz-'))
  const [file, steps] = [join(folder, 'report.json'), join(folder, 'steps.ndjson')]
  try {
    const what = inSequence ? [...sequences, '--report', 'json,ndjson', '--report-ndjson-path', steps] : ['--phases', 'examples,coverage,fuzzing', '--report', 'json']
    const args = [
      '--config-file', join(import.meta.dirname, 'schemathesis.toml'), 'run', `${gateway}/openapi.json`, '--no-color',
      '--seed', String(seed), '--max-time', String(seconds), '--max-examples', String(examples),
      ...what, '--report-json-path', file,
    ]
    const env = {
      ...process.env, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: import.meta.dirname, PYTHONDONTWRITEBYTECODE: '1',
      FUZZ_GATEWAY: gateway, FUZZ_EMAIL: person.email, FUZZ_PASSWORD: person.password, FUZZ_USER: person.id,
    }
    const output = await run(fuzzer.program, args, folder, env)
    const { operations, test_cases, failures, errors, valid_rates } = reportOf(file, output)
    const accepted = Object.values(valid_rates).filter(phases => Object.values(phases).some(phase => phase.accepted > 0)).length
    const followed = inSequence ? await followedIn(steps) : 0
    return {
      cases: test_cases.generated, followed, operations: { ...operations, accepted }, failures: failures.length, errors: errors.length,
      output: output.slice(Math.max(0, output.search(/^=+ (?:ERRORS|FAILURES) =+$/m))),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const followedIn = async (steps: string): Promise<number> => {
  let followed = 0
  for await (const line of createInterface(createReadStream(steps))) followed += line.split('"is_transition_applied":true').length - 1
  return followed
}

const reportOf = (file: string, output: string): z.infer<typeof Report> => {
  try {
    return Report.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Error(`the fuzzer left no report: ${String(error)}\n${output.slice(-3_000)}`, { cause: error })
  }
}

const run = (program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> => new Promise((done, fail) => {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const take = (chunk: string): void => { output = (output + chunk).slice(-400_000) }
  child.stdout.setEncoding('utf8').on('data', take)
  child.stderr.setEncoding('utf8').on('data', take)
  child.on('error', fail).on('close', () => { done(output) })
})
