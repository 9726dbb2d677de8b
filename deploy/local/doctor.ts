import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expectedParts } from './expected-parts.ts'
import { readFound } from './found.ts'
import { readLock } from './lock.ts'
import { lives } from './prepare/process-identity.mjs'
import { residentMb } from './process-info.ts'
import { readSecrets } from './secrets.ts'
import { settingsFrom } from './settings.ts'
import { clusterElsewhere } from './parts/postgres.ts'

const root = resolve(import.meta.dirname, '../..')
type Row = { name: string; found: string; running: string; reachable: string; memory: string; well: boolean }

const main = async (): Promise<void> => {
  const settings = settingsFrom(process.env, root)
  const found = readFound(root)
  const lock = readLock(settings.home)
  const up = lock !== undefined && lives(lock)
  const offset = up ? lock.offset : settings.offset
  const parts = expectedParts({ root, found, offset, events: up ? lock.events : settings.events, secrets: readSecrets(settings.home) })
  const rows = await Promise.all(parts.map(async ({ name, found: what, probe }): Promise<Row> => {
    const running = up ? lock.parts.find(part => part.name === name) : undefined
    const alive = running !== undefined && lives(running)
    const answers = alive && await probe()
    return { name, found: what, running: alive ? `process ${running.pid}` : 'no', reachable: answers ? 'yes' : 'no', memory: alive ? `${residentMb(running.pid) ?? '?'} MB` : '', well: answers }
  }))
  show(rows, up, lock?.url)
  const elsewhere = found.documents.kind === 'ferretdb' ? clusterElsewhere(settings.home) : undefined
  if (elsewhere && existsSync(elsewhere)) console.log(`The documents lie in ${elsewhere}: the user of PostgreSQL may not enter ${settings.home}.`)
  const lasting = advice(settings.home)
  process.exitCode = rows.every(row => row.well) && lasting ? 0 : 1
}

const show = (rows: readonly Row[], up: boolean, url = ''): void => {
  const width = (pick: (row: Row) => string): number => Math.max(9, ...rows.map(row => pick(row).length))
  const [a, b, c] = [width(row => row.name), width(row => row.found), width(row => row.running)]
  console.log(`  ${'part'.padEnd(a)}  ${'found'.padEnd(b)}  ${'running'.padEnd(c)}  reachable  memory`)
  for (const row of rows) console.log(`${row.well ? '✓' : '✗'} ${row.name.padEnd(a)}  ${row.found.padEnd(b)}  ${row.running.padEnd(c)}  ${row.reachable.padEnd(9)}  ${row.memory.padStart(6)}`)
  const total = rows.reduce((sum, row) => sum + (Number.parseInt(row.memory) || 0), 0)
  console.log(up ? `\nCyberTask runs at ${url}; ${total} MB in all.` : '\nCyberTask does not run: npm start.')
}

/** Things that are well today and will not be for long; false when one needs doing now. */
const advice = (home: string): boolean => {
  if (!existsSync(home)) return true
  const { bavail, bsize } = statfsSync(home)
  const free = bavail * bsize / 2 ** 30
  if (free < 2) console.log(`✗ Only ${free.toFixed(1)} GB are free at ${home}: make room.`)
  const root = join(home, 'certificates/ca.crt')
  if (!existsSync(root)) return free >= 2
  const days = (Date.parse(new X509Certificate(readFileSync(root)).validTo) - Date.now()) / 86_400_000
  if (days < 30) console.log(`✗ The sidecars' root certificate ends in ${Math.max(0, Math.floor(days))} days: stop, remove ${join(home, 'certificates')}, start.`)
  return free >= 2 && days >= 30
}

main().catch((error: unknown) => { console.error(`✗ ${error instanceof Error ? error.message : String(error)}`); process.exitCode = 1 })
