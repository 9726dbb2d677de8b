import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { removeState } from '../../deploy/local/parts/postgres.ts'
import { allKinds } from './kinds/all.ts'
import { reportOf } from './report.ts'
import { faultRun } from './run.ts'
import { shortfalls } from './shortfalls.ts'

const Settings = z.object({
  SEED: z.coerce.number().int().default(Date.now() % 1_000_000),
  MINUTES: z.coerce.number().min(1).default(30),
  STRIKES: z.coerce.number().int().min(1).default(20),
  WORKERS: z.coerce.number().int().min(1).max(64).default(4),
  LANES: z.coerce.number().int().min(1).max(6).default(3),
  KINDS: z.string().default(''),
  EVENTS: z.enum(['redis', 'kafka']).default('redis'),
  PORT_OFFSET: z.coerce.number().int().min(0).max(15_000).default(13_400),
  KEEP: z.string().optional(),
})

// The long fault run: SEED, MINUTES, STRIKES (points of each kind), KINDS (parts of their names, by comma), WORKERS,
// LANES (services broken at once) and EVENTS choose what it does; KEEP=1 leaves the state folder, data and all.
const { SEED: seed, MINUTES, STRIKES: strikes, KINDS, WORKERS: workers, LANES: lanes, EVENTS: events, PORT_OFFSET: offset, KEEP } = Settings.parse(process.env)
const wanted = KINDS.split(',').map(k => k.trim()).filter(Boolean)
const kinds = allKinds.filter(kind => wanted.length === 0 || wanted.some(w => kind.name.includes(w)))
const home = mkdtempSync(join(tmpdir(), 'cybertask-faults-'))
const outcome = await faultRun({
  seed, kinds, home, offset, events, short: MINUTES < 20, keep: KEEP !== undefined,
  strikes, untilMs: MINUTES * 60_000, workers, lanes, measure: true, say: line => { console.log(line) },
})
console.log(`\n${reportOf(outcome)}\n`)
const missed = shortfalls(outcome)
console.log(missed.length === 0 ? 'Everything was reached.' : `Not reached:\n${missed.map(m => `  - ${m}`).join('\n')}`)
if (KEEP === undefined) removeState(home)
else console.log(`The state folder is ${home}; where its data lies on a small disk, umount ${home}/data before you remove it.`)
process.exit(missed.length === 0 ? 0 : 1)
