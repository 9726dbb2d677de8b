import { spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { readFound } from './found.ts'
import { outside } from './prepare/outside-home.mjs'
import { bornAt, lives } from './prepare/process-identity.mjs'

const repository = resolve(import.meta.dirname, '../..')
const store = createServer()
beforeAll(async () => { await new Promise<void>(resolve => { store.listen(0, '127.0.0.1', resolve) }) })
afterAll(() => { store.close() })
/** A fresh clone on a machine that has everything but the packages; `npm` is a script, and the platform a process that says it is up. */
const clone = (npm: string, given: NodeJS.ProcessEnv = {}) => {
  const root = mkdtempSync(join(tmpdir(), 'clone-'))
  const begun: (() => void)[] = []
  onTestFinished(() => { for (const end of begun) end(); rmSync(root, { recursive: true, force: true }) })
  const write = (file: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
    chmodSync(join(root, file), mode)
  }
  const program = (name: string, script: string): void => write(`tools/${name}`, `#!/bin/sh\n${script}\n`, 0o755)
  for (const name of ['daprd', 'placement', 'scheduler', 'sentry']) program(name, 'echo 1.18.2')
  program('redis-server', 'echo v=7.2.0')
  program('npm', npm)
  const lockfile = (version: string): void => write('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/koa': { version } } }))
  lockfile('3.0.0')
  mkdirSync(join(root, 'components/kafka'), { recursive: true })
  write('deploy/local/start.ts', 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000); console.log("up")')
  cpSync(join(import.meta.dirname, 'bootstrap.mjs'), join(root, 'deploy/local/bootstrap.mjs'))
  cpSync(join(import.meta.dirname, 'prepare'), join(root, 'deploy/local/prepare'), { recursive: true })
  const env = {
    ...process.env,
    PATH: [join(root, 'tools'), process.env['PATH']].join(delimiter),
    DAPR_RUNTIME_DIR: join(root, 'tools'),
    MONGODB_URI: `mongodb://127.0.0.1:${(store.address() as AddressInfo).port}`,
    CLICKHOUSE_URL: 'http://elsewhere',
    EVENTS: '',
    CYBERTASK_HOME: join(root, '.cybertask'),
    ...given,
  }

  const run = (command: string, own: NodeJS.ProcessEnv = {}) => {
    const child = spawn(process.execPath, [join(root, 'deploy/local/bootstrap.mjs'), command], { env: { ...env, ...own }, stdio: ['ignore', 'pipe', 'pipe'] })
    begun.push(() => child.kill('SIGTERM'))
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said += text })
    return {
      child, said: () => said,
      says: (text: string) => expect.poll(() => said).toContain(text),
      ended: new Promise<number | null>(resolve => { child.once('close', resolve) }),
    }
  }
  return { root, run, write, program, lockfile, read: (file: string) => existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '' }
}
const install = 'mkdir -p node_modules/koa; cp package-lock.json node_modules/.package-lock.json'

it('of two starts of a fresh clone one installs, and the other says whom it waits for and finds all there', async () => {
  const { run, read, write } = clone(`echo begin >> npm.log; while [ -e npm.log ] && [ ! -e go ]; do sleep 0.02; done; ${install}; echo end >> npm.log`)
  const first = run('prepare')
  await expect.poll(() => read('npm.log')).toBe('begin\n')
  const second = run('prepare')
  await second.says(`process ${first.child.pid} (prepare) is preparing the parts; this one waits for it`)
  write('go', '')
  expect([await first.ended, await second.ended, read('npm.log')]).toEqual([0, 0, 'begin\nend\n'])
})

it('packages are not changed under a platform that runs on them: it has to be stopped first', async () => {
  const { run, read, lockfile } = clone(`echo once >> npm.log; ${install}`)
  const platform = run('start')
  await platform.says('up')
  expect(await run('prepare').ended).toBe(0)
  lockfile('3.1.0')
  const refused = run('prepare')
  expect(await refused.ended).toBe(1)
  expect(refused.said()).toContain(`(start, process ${platform.child.pid}): stop it first, then start again.`)
  expect(read('npm.log')).toBe('once\n')
  platform.child.kill('SIGTERM')
  expect(await platform.ended).toBe(0)
  expect([await run('prepare').ended, read('npm.log')]).toEqual([0, 'once\nonce\n'])
})

it('packages of which one was taken from the disk are installed again', async () => {
  const { root, run, read } = clone(`echo once >> npm.log; ${install}`)
  expect([await run('prepare').ended, await run('prepare').ended, read('npm.log')]).toEqual([0, 0, 'once\n'])
  rmSync(join(root, 'node_modules/koa'), { recursive: true })
  expect([await run('prepare').ended, read('npm.log')]).toEqual([0, 'once\nonce\n'])
})

it('each start runs on what it found itself, whatever another one with other settings finds meanwhile', async () => {
  const { root, run, program, write } = clone(install)
  program('mongod', 'true')
  const stops = 'process.once("SIGTERM", () => { console.log(process.env.CYBERTASK_PARTS); process.exit(0) })'
  write('deploy/local/start.ts', `${stops}; setInterval(() => {}, 1000); console.log("up")`)
  const first = run('start', { MONGODB_URI: '' })
  await first.says('up')
  expect(await run('prepare', { CYBERTASK_HOME: join(root, 'second') }).ended).toBe(0)
  expect(readFound(root, {}).documents.kind).toBe('uri')
  first.child.kill('SIGTERM')
  await first.ended
  expect(readFound(root, { CYBERTASK_PARTS: first.said().split('\n').find(line => line.startsWith('{')) }).documents.kind).toBe('mongod')
})

it('ClickHouse has a line of its own: the version that the engine says it is, or whose server it is', async () => {
  const { root, run, write } = clone(install)
  const missing = run('prepare', { CLICKHOUSE_URL: '' })
  expect([await missing.ended, missing.said()]).toEqual([1, expect.stringMatching(/\n✗ ClickHouse +missing  [\s\S]+set CLICKHOUSE_URL to a ClickHouse server/)])
  write('node_modules/chdb/package.json', JSON.stringify({ version: '3.4.0', exports: './index.mjs' }))
  write('node_modules/chdb/index.mjs', 'console.error("a warning"); export const query = () => "26.7.2.1\\n"')
  const embedded = run('prepare', { CLICKHOUSE_URL: '' })
  expect([await embedded.ended, embedded.said()]).toEqual([0, expect.stringMatching(/\n✓ ClickHouse +26\.7\.2\.1, embedded \(chdb 3\.4\.0\)  \d+\.\d s\n/)])
  expect(readFound(root, {}).clickhouse).toEqual({ kind: 'embedded', version: '26.7.2.1' })
  const server = run('prepare', { CLICKHOUSE_URL: 'http://ann:s3cret@figures:8123/tasks' })
  expect([await server.ended, server.said()]).toEqual([0, expect.stringMatching(/\n✓ ClickHouse +the server at figures:8123  \d/)])
})

it('a start that is stopped while it prepares takes with it what it began', async () => {
  const { run, read } = clone('sleep 60 & echo $! > npm.pid; trap "" INT; wait')
  const { child, ended, said } = run('start')
  await expect.poll(() => read('npm.pid')).toMatch(/\n/)
  const npm = { pid: Number(read('npm.pid')), born: bornAt(Number(read('npm.pid'))) }
  child.kill('SIGTERM')
  expect(await ended).toBe(1)
  await expect.poll(() => lives(npm)).toBe(false)
  expect(said()).toContain('Stopped.')
  expect(said()).not.toContain('up')
})

it.each([
  ['the network is tried once more', 'ECONNRESET', 2, 'see that npm reaches its registry (npm ping), then start again.'],
  ['a package that is nowhere is not', 'E404', 1, 'Mend that, then start again.'],
])('after a failed installation %s, and the end says what to do', async (_, code, tries, advice) => {
  const { run, read } = clone(`echo try >> npm.log; echo "npm error code ${code}" >&2; exit 1`)
  const { ended, said } = run('start')
  expect([await ended, read('npm.log')]).toEqual([1, 'try\n'.repeat(tries)])
  expect(said()).toContain(`The packages could not be installed: npm error code ${code}\n`)
  expect(said()).toContain(advice)
})

it('an installation that the network broke off once is had at the second try', async () => {
  const { run, read } = clone(`echo try >> npm.log; [ "$(cat npm.log)" = try ] && { echo "npm error code ETIMEDOUT" >&2; exit 1; }; ${install}`)
  expect([await run('prepare').ended, read('npm.log')]).toEqual([0, 'try\ntry\n'])
})

it('a setting that is wrong is said before anything is got for it, together with all others that are', async () => {
  const { run, read } = clone(`echo try >> npm.log; ${install}`, { EVENTS: 'Kafka', MONGODB_URI: 'localhost:27017' })
  const { ended, said } = run('start')
  expect([await ended, read('npm.log')]).toEqual([1, ''])
  expect(said()).toContain('EVENTS is wrong: must be redis or a folder in components/: kafka.\nMONGODB_URI is wrong')
})

it('a machine hears of each part that a start cannot get there, in one sentence, what to install', async () => {
  const { root, run, write } = clone('')
  for (const file of ['dapr/runtime/go.mod', 'deploy/local/kafka/pom.xml']) cpSync(join(repository, file), join(root, file))
  const program = (name: string, script: string): void => write(`bare/${name}`, `#!/bin/sh\n${script}\n`, 0o755)
  program('npm', `PATH=/usr/bin:/bin; ${install}`)
  // There is no apt-get on its PATH either, so nothing is installed; a Go at its usual place does not run with this root.
  const bare = { PATH: join(root, 'bare'), HOME: root, GOROOT: join(root, 'nowhere'), DAPR_RUNTIME_DIR: '', JAVA_HOME: '', KAFKA_BROKERS: '', EVENTS: 'kafka' }
  const first = run('prepare', bare)
  expect(await first.ended).toBe(1)
  expect(first.said()).toMatch(/^Dapr [\d.]+ and Go [\d.]+ to build it are both missing: install Go from https:\/\/go\.dev\/dl\/, then start again\.$/m)
  expect(first.said()).toMatch(/^Redis 6\.2 or newer is missing: .*install .*redis.*, then start again\.$/m)
  expect(first.said()).toMatch(/^Java 17 or newer \(Kafka needs it\) is missing: .*install .*(?:jre|jdk).*, then start again\.$/m)
  program('java', `echo 'openjdk version "17.0.1"'`)
  const second = run('prepare', bare)
  expect(await second.ended).toBe(1)
  expect(second.said()).toMatch(/^Maven \(.+ KAFKA_BROKERS\) is missing: .*install .*maven.*, then start again\.$/m)
})

it('what to install for the fuzzer is kept for its test, and all else goes on', async () => {
  const { root, run, write } = clone(`PATH=/usr/bin:/bin; ${install}`)
  for (const file of ['requirements.txt', 'main.ts']) write(`tests/security/fuzz/${file}`, '')
  expect(await run('fuzz', { PATH: join(root, 'tools') }).ended).toBe(0)
  const missing = expect.stringMatching(/^Python 3\.10 or newer with venv \(.+\) is missing: .*install .*python.*, then start again\.$/)
  expect(readFound(root, {}).fuzzer).toEqual({ missing })
})

// Linux has a disk at /proc that is always full.
const isLinuxRoot = process.platform === 'linux' && process.getuid?.() === 0
it.runIf(isLinuxRoot)('a full disk under documents that root keeps elsewhere is said before anything is got', async () => {
  const { root, run, read } = clone(`echo try >> npm.log; ${install}`, { MONGODB_URI: '' })
  const elsewhere = outside(join(root, '.cybertask'))
  onTestFinished(() => { rmSync(elsewhere, { recursive: true }) })
  mkdirSync(elsewhere, { recursive: true })
  symlinkSync('/proc', join(elsewhere, 'postgres'))
  const { ended, said } = run('start')
  expect([await ended, read('npm.log')]).toEqual([1, ''])
  expect(said()).toContain(`Only 0.0 GB are free at ${elsewhere}/postgres, and 2 GB are needed: make room`)
})
