import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readFound, type Found } from './found.ts'
import { readLock } from './lock.ts'
import { portsAt } from './ports.ts'
import { httpProbe, redisProbe, tcpProbe, type Probe } from './probe.ts'
import { lives, residentMb } from './process-info.ts'
import { readSecrets } from './secrets.ts'
import { settingsFrom } from './settings.ts'
import { readTopology } from './topology.ts'

const root = resolve(import.meta.dirname, '../..')
type Row = { name: string; found: string; running: string; reachable: string; memory: string; well: boolean }

const version = (program: string, args = ['--version']): string => {
  try { return /\d+(\.\d+)+/.exec(execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))?.[0] ?? '' } catch { return '' }
}
const documentVersion = ({ documents }: Found): string => documents.kind === 'uri' ? 'MONGODB_URI' : documents.kind === 'mongod' ? `mongod ${version(documents.program)}` : 'FerretDB 1.24.0'

const main = async (): Promise<void> => {
  const settings = settingsFrom(process.env, root)
  const found = readFound(root)
  const lock = readLock(settings.home)
  const up = lock !== undefined && lives(lock)
  const offset = up ? lock.offset : settings.offset
  const ports = portsAt(offset)
  const secrets = readSecrets(settings.home)
  const dapr = `Dapr ${found.dapr.version}`
  const parts: [name: string, found: string, probe: Probe][] = [
    ...((up ? lock.events : settings.events) === 'redis' ? [['broker', `Redis ${found.redis.version}`, redisProbe(ports.broker, secrets['broker-password'] ?? '')] as [string, string, Probe]] : []),
    ['state', `Redis ${found.redis.version}`, redisProbe(ports.state, secrets['state-password'] ?? '')],
    ...(found.documents.kind === 'ferretdb' ? [['postgres', `PostgreSQL ${version(join(found.documents.postgres, 'postgres'))}`, async () => true] as [string, string, Probe]] : []),
    ...(found.documents.kind === 'uri' ? [] : [['documents', documentVersion(found), tcpProbe(ports.documents)] as [string, string, Probe]]),
    ...(up && lock.events === 'kafka' && found.kafka?.kind === 'jars' ? [['kafka', 'Kafka 4.1.0', tcpProbe(ports.kafka)] as [string, string, Probe]] : []),
    ['mail', 'maildev', httpProbe(`http://127.0.0.1:${ports.mail}/`)],
    ['sentry', dapr, httpProbe(`http://127.0.0.1:${ports.sentryHealth}/healthz`)],
    ['placement', dapr, httpProbe(`http://127.0.0.1:${ports.placementHealth}/healthz`)],
    ['scheduler', dapr, httpProbe(`http://127.0.0.1:${ports.schedulerHealth}/healthz`)],
    ...readTopology(root, { offset }).apps.flatMap((app): [string, string, Probe][] => [
      [`${app.name}-sidecar`, dapr, httpProbe(`http://127.0.0.1:${app.daprHttp}/v1.0/healthz`)],
      [app.name, `Node ${version(process.execPath)}`, httpProbe(`http://127.0.0.1:${app.port}/health/ready`)],
    ]),
  ]
  const rows = await Promise.all(parts.map(async ([name, what, probe]): Promise<Row> => {
    const running = up ? lock.parts.find(part => part.name === name) : undefined
    const alive = running !== undefined && lives(running)
    const answers = alive && await probe()
    return { name, found: what, running: alive ? `process ${running.pid}` : 'no', reachable: answers ? 'yes' : 'no', memory: alive ? `${residentMb(running.pid) ?? '?'} MB` : '', well: answers }
  }))
  show(rows, up, lock?.url)
  process.exitCode = rows.every(row => row.well) && advice(settings.home) ? 0 : 1
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
