import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'

// A whole process, as the supervisor starts it; only its sidecar is played.
const kit = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)
const script = `
import { z } from 'zod'
import { operation } from ${kit('../contracts/define.ts')}
import { secret } from ${kit('./config.ts')}
import { serve } from ${kit('./http/serve.ts')}
import { runService } from ${kit('./run.ts')}
import { startService } from ${kit('./start.ts')}
const reply = z.object({ ok: z.string() })
const api = {
  hello: operation({ method: 'GET', path: '/api/hello', summary: 's', access: 'public', status: 200, reply }),
  slow: operation({ method: 'GET', path: '/api/slow', summary: 's', access: 'public', status: 200, reply }),
}
const service = await startService('task', { mongodbUri: secret(z.string(), 'mongodb-uri'), color: z.enum(['red']) }, process.env)
await runService({
  ...service, checks: { mongo: async () => {} }, ...(process.env.REBUILDING && { log: { start: async () => {}, stop: async () => {}, rebuilding: () => true } }),
  warmUp: async () => {
    await new Promise(done => { setTimeout(done, 300) })
    console.log('warm')
    throw new Error('some of it could not be read')
  },
  consumers: [{
    topics: [], start: async () => {}, stop: async () => {}, deliver: async () => 'SUCCESS',
    deadLetters: { list: async ({ organizationId }) => [{
      id: 'letter', consumer: organizationId, topic: 't', partition: -1, position: -1, subject: '', organizationId,
      state: 'waiting', event: 1, reason: 'r', attempts: 1, behind: null, traceId: null, at: 'now',
    }] },
  }],
  onStop: [async () => { console.log('closed') }],
  routes: [serve(api, {
    hello: async () => ({ body: { ok: service.config.mongodbUri } }),
    slow: async () => {
      const stopping = new Promise(done => { process.once('SIGTERM', done) })
      console.log('a slow one has come')
      await stopping
      await new Promise(done => { setTimeout(done, 400) })
      return { body: { ok: 'slow' } }
    },
  })],
})`
const token = 'token-of-this-app-in-tests'
// A machine that is full starts a process slowly.
const patient = { timeout: 50_000 }
let child: ChildProcess | undefined
let sidecar: Server | undefined
afterEach(() => {
  child?.kill('SIGKILL')
  sidecar?.close()
  sidecar?.closeAllConnections()
})
/** A sidecar whose port is there from the start, so that nobody else takes it; before it `comes` it hangs up on whoever calls. */
const sidecarToCome = async () => {
  let isThere = false
  const server = sidecar = createServer((request, response) => {
    if (request.url?.includes('secrets')) response.setHeader('content-type', 'application/json').end('{"mongodb-uri":"mongodb://from-the-store"}')
    else response.writeHead(204).end()
  }).on('connection', socket => { if (!isThere) socket.destroy() })
  await new Promise<void>(done => { server.listen(0, '127.0.0.1', done) })
  return { port: String((server.address() as AddressInfo).port), comes: () => { isThere = true } }
}
const essentials = { APP_PORT: '0', DAPR_API_TOKEN: 'token-of-the-sidecar-in-tests', APP_API_TOKEN: token, COLOR: 'red' }
const start = (env: Record<string, string>) => {
  child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { env: { PATH: '/usr/bin', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => { text += chunk })
  // Not `exit`, after which there may be more to read.
  const ended = new Promise<number | null>(done => { child?.on('close', done) })
  const get = (path: string, headers = {}) =>
    fetch(`http://127.0.0.1:${/"port":(\d+),/.exec(text)?.[1] ?? 'none'}${path}`, { headers: { 'dapr-api-token': token, ...headers } })
      .then(async r => ({ status: r.status, body: await r.text() }), () => ({ status: 0, body: '' }))
  return { ended, said: () => text, get }
}

describe('a service process', () => {
  it('listens before its sidecar is there, holds the sidecar\'s questions, gets ready, shows what its consumers could not handle, and drains on SIGTERM', async () => {
    const its = await sidecarToCome()
    const { ended, said, get } = start({ ...essentials, DAPR_HTTP_PORT: its.port })
    await expect.poll(async () => (await get('/health/live')).status, patient).toBe(200)
    expect(await get('/health/ready')).toMatchObject({ status: 503, body: expect.stringContaining('starting') })
    expect((await get('/api/hello')).status).toBe(503)
    const asked = get('/dapr/config')
    its.comes()
    expect(await asked).toMatchObject({ status: 200, body: expect.stringContaining('entities') })
    await expect.poll(() => get('/health/ready')).toMatchObject({ status: 200 })
    expect(await get('/api/hello')).toEqual({ status: 200, body: '{"ok":"mongodb://from-the-store"}' })
    expect((await get('/openapi.json')).body).toContain('/api/hello')
    for (const organizationId of ['o1', '-']) {
      const letters = await get(`/internal/dead-letters?organizationId=${organizationId}`, { 'dapr-caller-app-id': 'gateway' })
      expect(letters).toMatchObject({ status: 200, body: expect.stringContaining(`"consumer":"${organizationId}"`) })
    }
    expect((await get('/metrics')).body).toContain('http_request_duration_seconds_count{service="task",operation="hello",method="GET",status="200"} 1')
    const slow = get('/api/slow')
    await expect.poll(said).toContain('a slow one has come')
    child?.kill('SIGTERM')
    expect(await slow).toEqual({ status: 200, body: '{"ok":"slow"}' })
    expect(await ended).toBe(0)
    // Its log lines are buffered, what a step prints is not: only the order among the lines tells something.
    expect(said()).toContain('closed')
    expect(said()).toMatch(/stopping[\s\S]*stopped/)
    expect(said()).not.toContain('from-the-store')
  })
  it('answers what it can while a read model is rebuilt, and is not ready as long as another process answers better', async () => {
    const its = await sidecarToCome()
    its.comes()
    const { get } = start({ ...essentials, DAPR_HTTP_PORT: its.port, REBUILDING: 'true' })
    await expect.poll(async () => (await get('/api/hello')).status, patient).toBe(200)
    expect(await get('/health/ready')).toMatchObject({ status: 503, body: expect.stringContaining('degraded') })
    expect((await get('/health/dependencies')).body).toContain('"name":"read-models","state":"down"')
  })
  it('warms up before it takes over from another one, and only then; if it cannot, it does without', async () => {
    const its = await sidecarToCome()
    its.comes()
    const predecessor = createServer().listen(0, '127.0.0.1')
    await once(predecessor, 'listening')
    const env = { ...essentials, APP_PORT: String((predecessor.address() as AddressInfo).port), DAPR_HTTP_PORT: its.port, SUCCEEDS: 'true' }
    const successor = start(env)
    await expect.poll(successor.said, patient).toContain('"ready"')
    expect(successor.said()).toMatch(/warm[\s\S]*first answers will be slow[\s\S]*"ready"/)
    child?.kill('SIGKILL')
    predecessor.close()
    const alone = start(env)
    await expect.poll(alone.said, patient).toContain('"ready"')
    expect(alone.said()).not.toContain('warm')
  })
  it('says all that is wrong with its environment at once, and ends with 78', async () => {
    const { ended, said } = start({ APP_PORT: 'eighty', APP_API_TOKEN: 'short', COLOR: 'blue' })
    expect(await ended).toBe(78)
    for (const name of ['APP_PORT is wrong', 'DAPR_HTTP_PORT is missing', 'DAPR_API_TOKEN is missing', 'APP_API_TOKEN is wrong', 'COLOR is wrong']) expect(said()).toContain(name)
    expect(said()).not.toMatch(/eighty|short|blue/)
  })
})
