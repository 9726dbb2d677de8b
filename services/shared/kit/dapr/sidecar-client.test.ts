import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectDapr } from './connect.ts'
import type { Dapr } from './dapr.ts'

type Call = { method: string; url: string; token: unknown; body: unknown }
type Reply = { status?: number; type?: string; body?: unknown; headers?: Record<string, string> }

let server: Server
let dapr: Dapr
let calls: Call[]
let reply: (call: Call) => Reply | undefined
const portOf = (s: Server): number => { const a = s.address(); return typeof a === 'object' && a ? a.port : 0 }
const parsed = (text: string): unknown => (text === '' ? undefined : JSON.parse(text))

beforeEach(async () => {
  calls = []
  reply = () => ({ status: 204 })
  server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => { text += chunk.toString() }).on('end', () => {
      if (request.url === '/v1.0/healthz/outbound') return response.writeHead(204).end()
      const call = { method: request.method ?? '', url: request.url ?? '', token: request.headers['dapr-api-token'], body: parsed(text) }
      calls.push(call)
      const answer = reply(call)
      if (!answer) return undefined
      response.writeHead(answer.status ?? 200, { 'content-type': answer.type ?? 'application/json', ...answer.headers })
      return response.end(answer.body === undefined ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  dapr = connectDapr({ port: portOf(server), apiToken: 'secret', appIdPrefix: 'x-', waitMs: 30_000 })
})
afterEach(async () => { vi.useRealTimers(); await dapr.close(); server.closeAllConnections(); server.close() })

const event = (n: number, size = 0) => ({ id: `e${n}`, subject: `t${n}`, data: 'x'.repeat(size) })

describe('the sidecar client', () => {
  it('makes a call again that never arrived, and no other', async () => {
    // So long as this stands still, a call is held.
    vi.useFakeTimers({ toFake: ['performance'] })
    const failed = (why: string): Reply => ({ status: 500, body: {
      errorCode: 'ERR_DIRECT_INVOKE',
      message: `failed to invoke, id: x-task, err: rpc error: code = Internal desc = error invoking app channel: ${why}`,
    } })
    reply = () => (calls.length < 3 ? failed('Post "http://127.0.0.1:3002/": dial tcp 127.0.0.1:3002: connect: connection refused') : { body: { ok: true } })
    expect(await dapr.invoke('task', 'POST', '/internal/x', { body: 1 })).toMatchObject({ status: 200, body: { ok: true } })
    expect(calls).toHaveLength(3)
    reply = () => failed('Post "http://127.0.0.1:3002/": EOF')
    await expect(dapr.invoke('task', 'POST', '/internal/x', { body: 1 })).rejects.toMatchObject({ reason: 'peer' })
    expect(calls).toHaveLength(4)
    const noSidecar = 'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:50002: connect: connection refused"'
    const refused = (message: string): Reply => ({ status: 500, body: { errorCode: 'ERR_DIRECT_INVOKE', message: `failed to invoke, id: x-task, err: ${message}` } })
    reply = () => (calls.length < 6 ? refused(noSidecar) : { body: { ok: true } })
    expect(await dapr.invoke('task', 'POST', '/internal/x', { body: 1 })).toMatchObject({ status: 200 })
    expect(calls).toHaveLength(6)
    reply = () => (calls.length < 8 ? refused('timeout waiting for address for app id x-task') : { body: { ok: true } })
    expect(await dapr.invoke('task', 'POST', '/internal/x', { body: 1 })).toMatchObject({ status: 200 })
    expect(calls).toHaveLength(8)
    // Dapr has tried it before, and that try may have arrived.
    reply = () => refused(`failed to invoke target x-task after 3 retries. Error: ${noSidecar}`)
    await expect(dapr.invoke('task', 'POST', '/internal/x', { body: 1 })).rejects.toMatchObject({ reason: 'peer' })
    expect(calls).toHaveLength(9)
  })
  it('waits for a sidecar that is not there yet, and says so when it does not come', async () => {
    const later = createServer((_, response) => { response.writeHead(204).end() })
    // A port that is let go and opened again may be somebody else's meanwhile.
    let isThere = false
    later.on('connection', socket => { if (!isThere) socket.destroy() }).listen(0, '127.0.0.1')
    await once(later, 'listening')
    const early = connectDapr({ port: portOf(later), waitMs: 30_000 })
    const waiting = early.state.get('a')
    await once(later, 'connection')
    isThere = true
    await expect(waiting).resolves.toBeUndefined()
    await early.close()
    later.closeAllConnections()
    later.close()
    const never = connectDapr({ port: 1, waitMs: 200 })
    await expect(never.state.get('a')).rejects.toMatchObject({ kind: 'unavailable', reason: 'unreachable' })
    await never.close()
  })
  it('invokes by prefixed app id with its token, and hands any answer of the app through', async () => {
    reply = () => ({ status: 409, type: 'application/problem+json', body: { code: 'task-blocked' } })
    expect(await dapr.invoke('task', 'POST', '/api/tasks', { query: { a: 1, b: undefined }, body: { t: false } })).toMatchObject({ status: 409, body: { code: 'task-blocked' } })
    expect(calls).toEqual([{ method: 'POST', url: '/v1.0/invoke/x-task/method/api/tasks?a=1', token: 'secret', body: { t: false } }])
  })
  it('throws when nobody answered: by the sidecar\'s word, in time, or at all', async () => {
    reply = () => ({ status: 500, body: { errorCode: 'ERR_DIRECT_INVOKE', message: 'failed to invoke' } })
    await expect(dapr.invoke('task', 'GET', '/x')).rejects.toMatchObject({ kind: 'unavailable', reason: 'peer', errorCode: 'ERR_DIRECT_INVOKE' })
    reply = () => undefined
    await expect(dapr.invoke('task', 'GET', '/x', { timeoutMs: 50 })).rejects.toMatchObject({ reason: 'timeout', code: 'dependency-timeout' })
  })
  it('publishes whole CloudEvents with their subject as key, in batches, and names what failed', async () => {
    expect(await dapr.publishBulk('task-events', [event(1)])).toEqual([])
    expect(calls[0]).toMatchObject({
      url: '/v1.0/publish/bulk/pubsub/task-events?metadata.rawPayload=true',
      body: [{ entryId: 'e1', contentType: 'text/plain', metadata: { partitionKey: 't1' }, event: JSON.stringify(event(1)) }],
    })
    calls.length = 0
    await dapr.publishBulk('task-events', Array.from({ length: 401 }, (_, i) => event(i)))
    expect(calls.map(c => (Array.isArray(c.body) ? c.body.length : 0))).toEqual([200, 200, 1])
    calls.length = 0
    await dapr.publishBulk('task-events', [event(1, 500_000), event(2, 500_000)])
    expect(calls).toHaveLength(2)
    reply = () => ({ status: 500, body: { failedEntries: [{ entryId: 'e2', error: 'no' }], errorCode: 'ERR_PUBSUB_PUBLISH_MESSAGE' } })
    expect(await dapr.publishBulk('task-events', [event(1), event(2)])).toEqual([{ id: 'e2', error: 'no' }])
    reply = () => ({ status: 403, body: { errorCode: 'ERR_PUBSUB_FORBIDDEN', message: 'topic is not allowed' } })
    await expect(dapr.publishBulk('task-events', [event(1)])).rejects.toMatchObject({ reason: 'rejected', errorCode: 'ERR_PUBSUB_FORBIDDEN' })
  })
  it('takes a missing secret for missing, and a store that is away for away', async () => {
    reply = () => ({ body: { 'token-key': 'abc' } })
    expect(await dapr.secret('token-key')).toBe('abc')
    reply = () => ({ status: 500, body: { errorCode: 'ERR_SECRET_GET', message: 'secret nothing not found' } })
    expect(await dapr.secret('nothing')).toBeUndefined()
    for (const message of [
      'ResourceNotFoundException: Secrets Manager can\'t find the specified secret.', 'no such file', 'getSecret nothing failed secret key or version not exist',
      'failed to access secret version: rpc error: code = NotFound desc = Secret [projects/1/secrets/nothing] not found or has no versions.',
      'RESPONSE 404: 404 Not Found ERROR CODE: SecretNotFound',
    ]) {
      reply = () => ({ status: 500, body: { errorCode: 'ERR_SECRET_GET', message } })
      expect(await dapr.secret('nothing')).toBeUndefined()
    }
    for (const message of [
      'vault is sealed',
      'ChainedTokenCredential: failed to acquire a token. Attempted credentials: ManagedIdentityCredential: RESPONSE 400 Bad Request "Identity not found"',
      'GetSecretValue, request send failed, Post "https://vault.example/": dial tcp: lookup vault.example on 10.96.0.10:53: no such host',
      'rpc error: code = Unavailable desc = dns: A record lookup error: lookup vault.example: no such host',
      'dial unix /run/vault.sock: connect: no such file or directory',
    ]) {
      reply = () => ({ status: 500, body: { errorCode: 'ERR_SECRET_GET', message } })
      await expect(dapr.secret('token-key')).rejects.toMatchObject({ kind: 'unavailable' })
    }
  })
  it('takes a lost race for lost, and a store that takes no writes for away', async () => {
    let etag = '8'
    reply = ({ method }) => (method === 'GET' ? { body: 1, headers: { etag } } : { status: 409, body: { errorCode: 'ERR_STATE_SAVE', message: 'possible etag mismatch' } })
    expect(await dapr.state.set('k', 1, { etag: '7' })).toBe(false)
    etag = '7'
    await expect(dapr.state.set('k', 1, { etag: '7' })).rejects.toMatchObject({ kind: 'unavailable', reason: 'peer' })
  })
})
