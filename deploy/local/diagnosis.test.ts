import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { mongo } from 'mongoose'
import { expect, it, onTestFinished, vi } from 'vitest'
import { diagnose } from './diagnosis.ts'
import { lockFile, type Lock } from './lock.ts'
import { portsAt } from './ports.ts'
import { bornAt } from './prepare/process-identity.mjs'
import { readTopology } from './topology.ts'

const offset = 13_300
const ports = portsAt(offset)
const { apps } = readTopology(resolve(import.meta.dirname, '../..'), { offset })

const on = async (port: number, server: Server): Promise<void> => {
  onTestFinished(() => { server.close() })
  await new Promise<void>((done, fail) => { server.once('error', fail).listen(port, '127.0.0.1', done) })
}
const tcp = (talk: (socket: Socket) => void): Server => createServer(socket => {
  socket.on('error', () => {})
  onTestFinished(() => { socket.destroy() })
  talk(socket)
})
const redis = (): Server => tcp(socket => { socket.on('data', () => socket.write('+OK\r\n+PONG\r\n')) })
const kafka = (): Server => tcp(socket => {
  socket.on('data', data => {
    const answer = Buffer.alloc(10)
    answer.writeUInt32BE(6)
    data.copy(answer, 4, 8, 12)
    socket.write(answer)
  })
})
const silent = (): Server => tcp(() => {})
const http = (): Server => createHttpServer((_, reply) => { reply.end() })
/** What a service says of itself: that its ClickHouse is in this state, and its version. */
const service = (clickhouse: string): Server => createHttpServer(({ url }, reply) => {
  const dependencies = [{ name: 'clickhouse', state: clickhouse, essential: true, latencyMs: 1 }]
  const health = JSON.stringify({ service: 'one', state: 'ready', instanceId: '1', uptimeSeconds: 1, dependencies })
  // The next test has another server at this port.
  reply.setHeader('connection', 'close')
  reply.end(url === '/metrics' ? '# HELP app_info What runs here\napp_info{version="0.0.7",service="one"} 1\n' : health)
})
const fronts = [ports.mail, ports.sentryHealth, ports.placementHealth, ports.schedulerHealth, ...apps.map(app => app.daprHttp)]
/** Says hello in the old way and in the new one, and yes to every command. */
const mongod = (): Server => tcp(socket => {
  socket.on('data', asked => {
    const document = mongo.BSON.serialize({
      ok: 1, version: '7.0.5', helloOk: true, isWritablePrimary: true, maxWireVersion: 21, minWireVersion: 0,
      maxBsonObjectSize: 2 ** 24, maxMessageSizeBytes: 2 ** 25, maxWriteBatchSize: 1000,
    })
    const isOld = asked.readInt32LE(12) === 2004
    const head = Buffer.alloc(isOld ? 36 : 21)
    head.writeInt32LE(head.length + document.length)
    head.writeInt32LE(asked.readInt32LE(4), 8)
    head.writeInt32LE(isOld ? 1 : 2013, 12)
    if (isOld) head.writeInt32LE(1, 32)
    socket.write(Buffer.concat([head, document]))
  })
})

/** A clone with its parts prepared, and a supervisor that holds its state folder; all that it is said to run is this process. */
const platform = (
  documents: (program: (name: string, script?: string) => string) => object, running: readonly string[], secrets: object, about: Partial<Lock> = {},
) => {
  const root = mkdtempSync(join(tmpdir(), 'diagnosis-'))
  onTestFinished(() => { rmSync(root, { recursive: true, force: true }) })
  const home = join(root, 'home')
  const program = (name: string, script = ''): string => {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(root, name), 0o755)
    return join(root, name)
  }
  for (const folder of ['dapr', 'components']) symlinkSync(resolve(import.meta.dirname, '../..', folder), join(root, folder))
  for (const name of ['daprd', 'placement', 'scheduler', 'sentry']) program(`bin/${name}`)
  for (const name of ['maildev', 'chdb']) program(`node_modules/${name}/package.json`)
  mkdirSync(join(root, '.cybertask'))
  mkdirSync(home)
  const found = {
    dapr: { folder: join(root, 'bin'), version: '1.18.2' }, redis: { program: program('bin/redis-server'), version: '7.0.15' }, node: { node: '' },
    clickhouse: { kind: 'embedded', version: '26.7.2.1' }, documents: documents(program),
  }
  writeFileSync(join(root, '.cybertask/parts.json'), JSON.stringify(found))
  writeFileSync(join(home, 'secrets.json'), JSON.stringify(secrets))
  const me = { pid: process.pid, born: bornAt(process.pid) }
  const lock = {
    ...me, since: '', url: 'http://localhost:16300', offset, prefix: '', events: 'redis',
    parts: running.map(name => ({ name, ...me })), ...about,
  } satisfies Lock
  writeFileSync(lockFile(home), JSON.stringify(lock))
  return { gone: (name: string) => { rmSync(join(root, name)) }, diagnosis: () => diagnose({ CYBERTASK_HOME: home }, root) }
}
/** A probe gives up after a second or two: where that was the fault of a full machine, the next look is another one. */
const inTheEnd = <T>(look: () => Promise<T>): Promise<T> => vi.waitFor(look, { timeout: 20_000 })
const rowsOf = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(lines.map(line => [line.split(/\s+/)[1] ?? '', line.replaceAll(/\s{2,}/g, ' | ')]))
const everywhere = ['state', 'mail', 'sentry', 'placement', 'scheduler', ...apps.flatMap(app => [app.name, `${app.name}-sidecar`])]

it('a platform of which every part answers, its neighbours too, is well', async () => {
  await Promise.all([
    on(ports.state, redis()), on(ports.documents, mongod()), on(ports.kafka, kafka()), on(ports.smtp, http()),
    ...fronts.map(port => on(port, http())), ...apps.map(app => on(app.port, service('down'))),
  ])
  const stack = platform(
    () => ({ kind: 'uri' }), everywhere, { 'mongodb-uri': `mongodb://127.0.0.1:${ports.documents}/tasks` },
    { events: 'kafka', brokers: `127.0.0.1:${ports.kafka}`, clickhouse: `http://127.0.0.1:${ports.smtp}` },
  )
  const lines = await inTheEnd(async () => {
    const found = await stack.diagnosis()
    expect(found.lines.filter(line => line.startsWith('✗'))).toEqual([])
    expect(found.well).toBe(true)
    return found.lines
  })
  expect(rowsOf(lines)).toMatchObject({
    documents: `✓ documents | MongoDB at 127.0.0.1:${ports.documents} | 7.0.5 | elsewhere | yes`,
    kafka: expect.stringMatching(/^✓ kafka \| Kafka at .+ \| elsewhere \| yes/),
    clickhouse: expect.stringMatching(/^✓ clickhouse \| ClickHouse at .+ \| elsewhere \| yes/),
    state: expect.stringMatching(/^✓ state \| Redis \| 7\.0\.15 \| process \d+ \| yes \| \d+ MB$/),
  })
  expect(lines.join('\n')).toMatch(/\nCyberTask runs at http:\/\/localhost:16300; \d+ MB in all\./)
})

it.each([['up', '✓', 'yes'], ['open', '✗', 'no']])('the embedded ClickHouse is as analytics says: %s', async (state, mark, reachable) => {
  await Promise.all(apps.map(app => on(app.port, service(state))))
  const stack = platform(() => ({ kind: 'uri' }), ['analytics', 'gateway'], {})
  const { lines, rows } = await inTheEnd(async () => {
    const found = (await stack.diagnosis()).lines
    const its = rowsOf(found)
    const expected = `${mark} clickhouse | embedded (chdb) | 26.7.2.1 | in analytics | ${reachable} | … MB of analytics`
    expect(its['clickhouse']?.replace(/\d+ MB/, '… MB')).toBe(expected)
    // A service is the version that it says it is, and the process that it shares with the engine counts once.
    expect(its['analytics']).toMatch(/^✓ analytics \| on Node [\d.]+ \| 0\.0\.7 \| process \d+ \| yes \| \d+ MB$/)
    return { lines: found, rows: its }
  })
  const mbOf = (name: string): number => Number(/(\d+) MB/.exec(rows[name] ?? '')?.[1])
  expect(lines.join('\n')).toContain(`; ${mbOf('analytics') + mbOf('gateway')} MB in all.`)
})

it('what stands behind a component set of one\'s own is reachable when a sidecar has come up with it', async () => {
  const gateway = apps.filter(app => app.name === 'gateway').map(app => app.daprHttp)
  const stack = (running: string[]) => platform(() => ({ kind: 'uri' }), running, {}, { events: 'nats' })
  const broker = async (running: string[]) => rowsOf((await stack(running).diagnosis()).lines)['broker']
  await Promise.all(gateway.map(port => on(port, http())))
  await expect.poll(() => broker(['gateway-sidecar'])).toBe('✓ broker | components/nats | elsewhere | yes')
  // Another stack may have come up there.
  expect(await broker([])).toBe('✗ broker | components/nats | elsewhere | no')
})

it('a store that takes connections and does not answer is not reachable, and what was taken from the disk is not found', async () => {
  await Promise.all([on(ports.state, redis()), on(ports.documents, silent()), on(ports.kafka, silent())])
  const documents = (program: (name: string, script?: string) => string) => {
    program('pg/pg_isready', 'exit 2')
    const postgres = dirname(program('pg/postgres', 'echo "postgres (PostgreSQL) 15.14"'))
    return { kind: 'ferretdb', version: '1.24.0', program: program('bin/documents'), postgres }
  }
  const stack = platform(documents, ['state', 'postgres', 'documents'], {}, { events: 'kafka', brokers: `127.0.0.1:${ports.kafka}` })
  stack.gone('bin/redis-server')
  await inTheEnd(async () => {
    const { lines, well } = await stack.diagnosis()
    expect(well).toBe(false)
    expect(rowsOf(lines)).toMatchObject({
      postgres: expect.stringMatching(/^✗ postgres \| PostgreSQL \| 15\.14 \| process \d+ \| no/),
      documents: expect.stringMatching(/^✗ documents \| FerretDB \| 1\.24\.0 \| process \d+ \| no/),
      kafka: expect.stringMatching(/^✗ kafka \| Kafka at .+ \| elsewhere \| no/),
      state: expect.stringMatching(/^✗ state \| gone: .+redis-server \| process \d+ \| yes/),
      sentry: '✗ sentry | Dapr | 1.18.2 | no | no',
    })
    expect(lines).toContain('What is gone or not prepared, npm start gets.')
  })
})

it('a platform that runs is looked at by what it was started with, not by what a start with other settings found since', async () => {
  const found = {
    dapr: { folder: '/dapr', version: '' }, redis: { program: '/redis', version: '' }, node: { node: '' },
    documents: { kind: 'mongod', program: process.execPath },
  } as const
  await on(ports.documents, mongod())
  const stack = platform(() => ({ kind: 'uri' }), ['documents'], {}, { found })
  await expect.poll(async () => rowsOf((await stack.diagnosis()).lines))
    .toMatchObject({ documents: expect.stringMatching(/^✓ documents \| mongod \| [\d.]+ \| process \d+ \| yes/) })
})
