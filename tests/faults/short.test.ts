import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { removeState } from '../../deploy/local/parts/postgres.ts'
import { allKinds } from './kinds/all.ts'
import { reportOf } from './report.ts'
import { faultRun } from './run.ts'
import { losses } from './shortfalls.ts'

// The seed that once found acknowledged commands gone.
const seed = Number(process.env['SEED'] ?? 984_162)
const offset = Number(process.env['FAULTS_PORT_OFFSET'] ?? 13_400)
const STRIKING_MS = 75_000
const LEAST_STRIKES = 4

// The long run is `npm run test:faults`; it also holds what happens against the clock. This one breaks what it can in a minute or so; SEED chooses what.
it(`nothing is lost, done twice or stuck, whatever breaks while a team works (SEED=${seed})`, async () => {
  const home = mkdtempSync(join(tmpdir(), 'cybertask-faults-'))
  const lines: string[] = []
  try {
    const outcome = await faultRun({
      seed, kinds: allKinds, home, offset, events: 'redis', short: true, strikes: 1, untilMs: STRIKING_MS, least: LEAST_STRIKES,
      workers: 3, lanes: 2, measure: false, say: line => { lines.push(line) },
    })
    expect(losses(outcome), `${lines.join('\n')}\n\n${reportOf(outcome)}`).toEqual([])
    expect(outcome.strikes.length).toBeGreaterThanOrEqual(LEAST_STRIKES)
    expect(outcome.tally.commands).toBeGreaterThan(50)
  } finally {
    removeState(home)
  }
}, 1_200_000)
