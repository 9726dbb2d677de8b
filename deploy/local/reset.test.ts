import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { bornAt } from './prepare/process-identity.mjs'
import { takeTurn } from './prepare/turn.mjs'

/** A repository with a state folder in it and one elsewhere, and what `npm run reset` says there. */
const place = () => {
  const root = mkdtempSync(join(tmpdir(), 'reset-'))
  onTestFinished(() => { rmSync(root, { recursive: true, force: true }) })
  cpSync(join(import.meta.dirname, 'reset.mjs'), join(root, 'deploy/local/reset.mjs'))
  for (const file of ['process-identity.mjs', 'outside-home.mjs', 'cluster.mjs', 'in-use.mjs', 'turn.mjs', 'mongodb-uri.mjs', 'find.mjs'])
    cpSync(join(import.meta.dirname, 'prepare', file), join(root, 'deploy/local/prepare', file))
  const write = (file: string, value: unknown): void => { mkdirSync(dirname(join(root, file)), { recursive: true }); writeFileSync(join(root, file), JSON.stringify(value)) }
  write('.cybertask/bin/daprd', '')
  write('home/data/broker', '')
  const env = { ...process.env, CYBERTASK_HOME: join(root, 'home'), MONGODB_URI: '', CLICKHOUSE_URL: '', KAFKA_BROKERS: '' }
  const reset = (...args: string[]) => spawnSync(process.execPath, [join(root, 'deploy/local/reset.mjs'), '--yes', ...args], { env, encoding: 'utf8' })
  return { root, env, write, reset, has: (file: string) => existsSync(join(root, file)) }
}
const sleeper = () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  onTestFinished(() => { child.kill('SIGKILL') })
  const pid = child.pid ?? 0
  return { pid, born: bornAt(pid) }
}

it('a supervisor that is gone holds nothing, though a stranger has its number', () => {
  const { write, reset, has } = place()
  write('home/lock.json', { ...sleeper(), born: '1', parts: [] })
  expect(reset()).toMatchObject({ status: 0, stdout: expect.stringContaining('The builds stay') })
  expect([has('home/data'), has('.cybertask/bin')]).toEqual([false, true])
})

it('a store that a killed supervisor left running keeps its data', () => {
  const { write, reset, has } = place()
  const left = sleeper()
  write('home/lock.json', { pid: 2 ** 22 - 1, born: '1', parts: [{ ...left, name: 'broker' }] })
  expect(reset()).toMatchObject({ status: 1, stderr: expect.stringContaining(`kill ${left.pid}`) })
  expect(has('home/data/broker')).toBe(true)
})

it('--all removes the builds too, wherever the state folder is, unless another stack runs on them', () => {
  const { write, reset, has } = place()
  write('.cybertask/lock.json', { ...sleeper(), parts: [] })
  expect(reset('--all').status).toBe(1)
  write('.cybertask/lock.json', {})
  expect(reset('--all').status).toBe(0)
  expect([has('home/data'), has('.cybertask/bin')]).toEqual([false, false])
})

it('--all leaves nothing of the clone behind that a start or a check made there, and without it that stays', () => {
  const { write, reset, has } = place()
  const made = ['.cybertask/compile-cache/v24/1', '.cybertask/licences.txt', '.cybertask/parts.json']
  for (const file of made) write(file, {})
  expect(reset().status).toBe(0)
  expect(made.filter(has)).toEqual(made)
  expect(reset('--all').status).toBe(0)
  expect(made.filter(has)).toEqual([])
})

it('a platform that was started while the question stood there keeps its data', async () => {
  const { root, env, write, has } = place()
  // As on a terminal: somebody is there to be asked.
  const child = spawn(process.execPath, ['--import', 'data:text/javascript,process.stdin.isTTY=true', join(root, 'deploy/local/reset.mjs')], { env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said += text })
  const ended = new Promise(resolve => { child.once('close', resolve) })
  await expect.poll(() => said).toContain('[y/N]')
  write('home/lock.json', { ...sleeper(), parts: [] })
  child.stdin.end('y\n')
  expect([await ended, has('home/data/broker')]).toEqual([1, true])
  expect(said).toContain('CyberTask runs')
})

it('what is not of CyberTask stays, in folders of the same names too, and is named', () => {
  const { write, reset, has } = place()
  const ours = [
    'home/secrets.json', 'home/app-id-prefix', 'home/lock.json.12.half', 'home/data/postgres/PG_VERSION', 'home/data/postgres.half/base',
    'home/dapr/config/task.yaml', 'home/certificates/issuer.key', 'home/demo/rmc2x9k1a.json', 'home/logs/task-sidecar.log.1',
  ]
  const theirs = ['home/photos/1.json', 'home/data/taxes/2024.json', 'home/certificates/shop.crt', 'home/demo/index.json', 'home/logs/nginx.log']
  for (const file of [...ours, ...theirs]) write(file, {})
  expect(reset()).toMatchObject({ status: 0, stdout: expect.stringContaining('stays: certificates, data, demo, logs, photos') })
  expect([ours.filter(has), theirs.filter(has)]).toEqual([[], theirs])
})

// Only root's documents lie there.
it.runIf(process.getuid?.() === 0)('documents that lie elsewhere go with a state folder that was renamed, and not with a copy of it', () => {
  const { root, write, reset, has } = place()
  const cluster = `/var/lib/cybertask/${createHash('sha256').update(root).digest('hex').slice(0, 12)}/postgres`
  onTestFinished(() => { rmSync(dirname(cluster), { recursive: true, force: true }) })
  mkdirSync(cluster, { recursive: true })
  writeFileSync(join(root, 'home/cluster'), `${cluster}\n`)
  const owner = (folder: string): void => writeFileSync(join(cluster, '../state-folder'), `${join(root, folder)}\n`)
  write('first/broker.conf', '')
  cpSync(join(root, 'home/cluster'), join(root, 'first/cluster'))
  owner('first')
  expect([reset().status, existsSync(cluster), has('home/cluster')]).toEqual([0, true, false])
  cpSync(join(root, 'first/cluster'), join(root, 'home/cluster'), { recursive: true })
  owner('away')
  expect([reset().status, existsSync(dirname(cluster)), has('home/cluster')]).toEqual([0, false, false])
})

it('--all leaves the builds to who runs on them, whatever state folder he has, and to who is preparing them', async () => {
  const { write, reset, has, root } = place()
  const user = sleeper()
  write('.cybertask/in-use.json', [{ ...user, command: 'test' }])
  expect(reset('--all')).toMatchObject({ status: 1, stderr: expect.stringContaining(`process ${user.pid})`) })
  write('.cybertask/in-use.json', [])
  const endTurn = await takeTurn(join(root, '.cybertask'), 'start', () => {})
  expect(reset('--all')).toMatchObject({ status: 1, stderr: expect.stringContaining(`process ${process.pid})`) })
  endTurn()
  expect(reset('--all').status).toBe(0)
  expect(has('.cybertask')).toBe(true)
  expect(readdirSync(join(root, '.cybertask'))).toEqual([])
})

it('says what it does not reach: a document store and a ClickHouse that are somebody else\'s, by place and not by password', () => {
  const { write, reset } = place()
  write('home/secrets.json', { 'mongodb-uri': 'mongodb://ann:s3cret@db:27017/?tls=true', 'clickhouse-url': 'https://ann:s3cret@figures:8443' })
  const { stdout } = reset()
  const left = /^Not reached from here, and left as it is: (.+)\nRemoved /.exec(stdout)?.[1]
  expect(left).toMatch(/^the documents in the MongoDB at db:27017 \(.+token-key.+\); the figures in the ClickHouse at figures:8443\.$/)
  expect(stdout).not.toContain('s3cret')
  write('home/secrets.json', { 'mongodb-uri': 'mongodb://127.0.0.1:16392/?directConnection=true' })
  expect(reset().stdout).toMatch(/^Removed /)
})
