import { request as rawRequest } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { publicUrl, startGateway, type Harness } from './harness.ts'

let gateway: Harness
beforeAll(async () => { gateway = await startGateway() })
afterAll(() => gateway.stop())
beforeEach(() => {
  gateway.sidecar.calls.length = 0
  gateway.sidecar.behind = ({ app, path }, response) => {
    const headers = { 'content-type': 'application/json', etag: '"3"', 'dapr-app': 'x', 'x-powered-by': 'y' }
    response.writeHead(200, headers).end(JSON.stringify({ app, path }))
  }
})
type Options = { method?: string; headers?: Record<string, string>; body?: string }
type Answer = { status: number; headers: Record<string, unknown>; body: string }
/** Without the niceties of fetch, which would tidy a path up. */
const raw = (path: string, options: Options = {}, to: Harness = gateway) => new Promise<Answer>((resolve, reject) => {
  const { port } = new URL(to.url)
  const sent = rawRequest({ port, host: '127.0.0.1', path, method: options.method ?? 'GET', headers: options.headers ?? {} }, answer => {
    let body = ''
    answer.on('data', (chunk: Buffer) => { body += chunk.toString() }).on('end', () => { resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }) })
  })
  sent.on('error', reject).end(options.body)
})
const problem = async (answer: Response): Promise<{ code: string; status: number }> => JSON.parse(await answer.text())

describe('the gateway passes on', () => {
  it('an operation of a contract to its service, with query, and its answer back', async () => {
    const answer = await fetch(`${gateway.url}/api/tasks?projectId=p1&limit=5`, { headers: { authorization: 'Bearer abc' } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('etag')).toBe('"3"')
    expect(answer.headers.has('dapr-app')).toBe(false)
    expect(answer.headers.has('x-powered-by')).toBe(false)
    expect(answer.headers.get('traceparent')).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/)
    expect(await answer.json()).toEqual({ app: 'x-task', path: '/api/tasks?projectId=p1&limit=5' })
    expect(gateway.sidecar.calls[0]?.headers).toMatchObject({ 'dapr-api-token': 'the-sidecar-token', authorization: 'Bearer abc', 'x-client-ip': '127.0.0.1' })
  })
  it('to services whose circuits it shows, hindering nobody', async () => {
    await raw('/api/tasks/t1')
    const health = await raw('/health/dependencies')
    const circuit = expect.objectContaining({ name: 'forward-task', state: 'up', essential: false })
    expect(JSON.parse(health.body)).toMatchObject({ state: 'ready', dependencies: expect.arrayContaining([circuit]) })
  })
  it('a trace from outside, continued', async () => {
    const answer = await fetch(`${gateway.url}/api/tasks/t1`, { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } })
    expect(answer.headers.get('traceparent')).toContain('0af7651916cd43dd8448eb211c80319c')
    expect(String(gateway.sidecar.calls[0]?.headers['traceparent'])).toContain('0af7651916cd43dd8448eb211c80319c')
  })
  it('a correlation id only where it is not that of the trace, which the service takes without being told', async () => {
    for (const headers of [{}, { 'x-correlation-id': 'order-7' }]) await raw('/api/tasks/t1', { headers })
    expect(gateway.sidecar.calls.map(({ headers }) => headers['x-correlation-id'])).toEqual([undefined, 'order-7'])
  })
  it('nothing that a caller says about where he comes from or who he is to services', async () => {
    await raw('/api/tasks/t1', { headers: {
      'dapr-app-id': 'user', 'dapr-caller-app-id': 'task', 'x-forwarded-for': '1.1.1.1', 'x-client-ip': '9.9.9.9',
      'x-secret-hop': '1', connection: 'close, x-secret-hop', cookie: 'refresh=1',
    } })
    const { headers } = gateway.sidecar.calls[0]!
    for (const name of ['dapr-app-id', 'dapr-caller-app-id', 'x-forwarded-for', 'x-secret-hop', 'cookie']) expect(headers).not.toHaveProperty(name)
    expect(headers['x-client-ip']).toBe('127.0.0.1')
  })
  it('nothing that steers the sidecar', async () => {
    await raw('/api/tasks/t1', { headers: { accept: 'text/event-stream', authorization: `Basic ${Buffer.from('dapr-app-id:a.b.c').toString('base64')}` } })
    for (const name of ['accept', 'authorization']) expect(gateway.sidecar.calls[0]?.headers).not.toHaveProperty(name)
  })
  it('what comes with the offer of another protocol, as if it were not offered', async () => {
    const { port } = new URL(gateway.url)
    const offered = (request: string): Promise<string> => new Promise((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1').on('error', reject).on('data', (data: Buffer) => { resolve(data.toString().split('\r\n')[0] ?? ''); socket.destroy() })
      socket.write(request.replace('\r\n\r\n', '\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n\r\n'))
    })
    expect(await offered('GET /api/tasks HTTP/1.1\r\n\r\n')).toBe('HTTP/1.1 200 OK')
    gateway.sidecar.behind = ({ text }, response) => { response.writeHead(201, { 'content-type': 'application/json' }).end(text) }
    expect(await offered('POST /api/tasks HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}')).toBe('HTTP/1.1 201 Created')
    expect(gateway.sidecar.calls.map(({ text, headers }) => [text, headers.upgrade, headers['http2-settings']]))
      .toEqual([['', undefined, undefined], ['{"a":1}', undefined, undefined]])
  })
  it('cookies to the user service only', async () => {
    await fetch(`${gateway.url}/api/users/token/refresh`, { method: 'POST', headers: { cookie: 'refresh=1', 'content-type': 'application/json' }, body: '{}' })
    expect(gateway.sidecar.calls[0]).toMatchObject({ app: 'x-user', text: '{}', headers: { cookie: 'refresh=1' } })
  })
  it('a body that is announced, and one that is not', async () => {
    for (const headers of [{ 'content-length': '7' }, { 'transfer-encoding': 'chunked' }])
      await raw('/api/tasks', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{"a":1}' })
    expect(gateway.sidecar.calls.map(c => c.text)).toEqual(['{"a":1}', '{"a":1}'])
  })
  it.each([
    ['the service', 'code = Internal desc = error invoking app channel: Post "http://127.0.0.1:3002/api": dial tcp 127.0.0.1:3002: connect: connection refused'],
    ['its sidecar', 'code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:3522: connect: connection refused"'],
  ])('what did not arrive because %s was just starting again, whatever it is', async (_, why) => {
    const refused = { errorCode: 'ERR_DIRECT_INVOKE', message: `failed to invoke, id: x-task, err: rpc error: ${why}` }
    gateway.sidecar.behind = ({ text }, response) => {
      if (gateway.sidecar.calls.length < 3) response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify(refused))
      else response.writeHead(201, { 'content-type': 'application/json' }).end(text)
    }
    const answer = await fetch(`${gateway.url}/api/tasks`, { method: 'POST', body: '{"title":"Once"}', headers: { 'content-type': 'application/json' } })
    expect([answer.status, await answer.text(), gateway.sidecar.calls.length]).toEqual([201, '{"title":"Once"}', 3])
  })
  it('what a service did not look at because it was not ready yet', async () => {
    gateway.sidecar.behind = (_, response) => {
      const starting = '{"type":"urn:cybertask:problem:starting","status":503,"code":"starting"}'
      if (gateway.sidecar.calls.length < 3) response.writeHead(503, { 'content-type': 'application/problem+json' }).end(starting)
      else response.writeHead(201, { 'content-type': 'application/json' }).end('{}')
    }
    const answer = await fetch(`${gateway.url}/api/tasks`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
    expect([answer.status, gateway.sidecar.calls.length]).toEqual([201, 3])
  })
  it.each([
    ['code = Internal desc = error invoking app channel: Post "http://127.0.0.1:3002/api": EOF'],
    ['code = Unavailable desc = error reading from server: EOF'],
    ['code = Unavailable desc = connection error: desc = "error reading server preface: connect: connection reset by peer"'],
  ])('nothing a second time that may have arrived: %s', async why => {
    const broken = { errorCode: 'ERR_DIRECT_INVOKE', message: `failed to invoke, id: x-task, err: rpc error: ${why}` }
    gateway.sidecar.behind = (_, response) => { response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify(broken)) }
    const answer = await fetch(`${gateway.url}/api/tasks`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
    expect([answer.status, gateway.sidecar.calls.length]).toEqual([503, 1])
  })
  it('refusals of a service as they are, and answers without a body', async () => {
    gateway.sidecar.behind = (_, response) => { response.writeHead(409, { 'content-type': 'application/problem+json' }).end('{"code":"task-blocked"}') }
    const answer = await fetch(`${gateway.url}/api/tasks/t1/status`, { method: 'PATCH', body: '{}', headers: { 'content-type': 'application/json' } })
    expect([answer.status, await answer.text()]).toEqual([409, '{"code":"task-blocked"}'])
    gateway.sidecar.behind = (_, response) => { response.writeHead(204).end() }
    expect((await fetch(`${gateway.url}/api/tasks/t1`, { method: 'DELETE' })).status).toBe(204)
    gateway.sidecar.behind = (_, response) => { response.writeHead(304, { etag: '"1"' }).end() }
    expect((await fetch(`${gateway.url}/api/tasks/t1`, { headers: { 'if-none-match': '"1"' } })).status).toBe(304)
  })
  it('a saga to the service that owns it', async () => {
    await fetch(`${gateway.url}/api/sagas/close-account.0192`)
    await fetch(`${gateway.url}/api/sagas/delete-project.0192`)
    expect(gateway.sidecar.calls.map(c => c.app)).toEqual(['x-user', 'x-project'])
    expect((await problem(await fetch(`${gateway.url}/api/sagas/constructor.1`))).code).toBe('saga-unknown')
  })
  it('the head of a saga, too; other methods hear which there are', async () => {
    const ask = (method: string) => fetch(`${gateway.url}/api/sagas/close-account.0192`, { method })
    const answers = [await ask('HEAD'), await ask('OPTIONS'), await ask('DELETE')]
    expect(answers.map(answer => [answer.status, answer.headers.get('allow')])).toEqual([[200, null], [204, 'GET, OPTIONS'], [405, 'GET, OPTIONS']])
    expect(gateway.sidecar.calls.map(c => c.app)).toEqual(['x-user'])
  })
})

describe('the gateway refuses', () => {
  it.each([
    '/internal/feed', '/api/internal', '/dapr/config', '/job/x', '/actors/UserSaga/1/method/x', '/v1.0/invoke/task/method/api/tasks', '/api/nothing',
  ])('%s, which no contract lists', async path => {
    expect([404, 401]).toContain((await fetch(gateway.url + path)).status)
    expect(gateway.sidecar.calls).toEqual([])
  })
  it.each([
    '/api/tasks/..%2finternal', '/api/tasks/%2e%2e/x', '/api//tasks', '/api/tasks/../users', '/api/tasks/a%5cb', '/api/tasks/a%3fb/comments',
    '/api/tasks/a%23b', '/api/tasks/%c2%90', '/api/tasks/%00', '/api/tasks/%252e', '/api/tasks/%ff', '/api/tasks/a;b',
  ])('the trick in %s', async path => {
    const answer = await raw(path)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'bad-path' })
    expect(gateway.sidecar.calls).toEqual([])
  })
  it('another method, and says which there are', async () => {
    const answer = await fetch(`${gateway.url}/api/users/login`, { method: 'DELETE' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })
  it('a body over 1 MiB, announced or not', async () => {
    const body = 'x'.repeat(1024 * 1024 + 1)
    expect((await raw('/api/tasks', { method: 'POST', headers: { 'content-length': String(body.length) }, body })).status).toBe(413)
    expect((await raw('/api/tasks', { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body })).status).toBe(413)
    expect((await fetch(`${gateway.url}/api/tasks`)).status).toBe(200)
  })
  it('whom it hears too often, per address, and more strictly where passwords are guessed', async () => {
    const strict = await startGateway({ settings: { limits: { userPer10s: 100, addressPer10s: 3, signInPerMinute: 2 } } })
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) statuses.push((await fetch(`${strict.url}/api/tasks`)).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    const signIn = async () => fetch(`${strict.url}/api/users/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    expect((await signIn()).headers.get('ratelimit')).toMatch(/^"sign-in";r=1;t=\d+$/)
    await signIn()
    const refused = await signIn()
    expect([refused.status, refused.headers.get('ratelimit-policy')]).toEqual([429, '"sign-in";q=2;w=60'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await problem(refused)).code).toBe('throttled')
    await strict.stop()
  })
  it('whom it hears too often, however he writes the path', async () => {
    const strict = await startGateway({ settings: { limits: { userPer10s: 100, addressPer10s: 100, signInPerMinute: 2 } } })
    const signIn = (path: string) => raw(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }, strict)
    const statuses: number[] = []
    for (const path of ['/api/users/%6cogin', '/%61pi/users/login', '/api/users/logi%6E']) statuses.push((await signIn(path)).status)
    expect(statuses).toEqual([200, 200, 429])
    await strict.stop()
  })
  it('whom it hears too often from one network of his own', async () => {
    const strict = await startGateway({ settings: { trustedProxies: 1, limits: { userPer10s: 100, addressPer10s: 2, signInPerMinute: 100 } } })
    const statuses: number[] = []
    for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:1::3'])
      statuses.push((await raw('/api/tasks', { headers: { 'x-forwarded-for': address } }, strict)).status)
    expect(statuses).toEqual([200, 200, 429, 200])
    await strict.stop()
  })
  it('pages from origins that are not listed', async () => {
    const listed = await fetch(`${gateway.url}/api/tasks`, { headers: { origin: 'https://app.test' } })
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.test')
    const own = await fetch(`${gateway.url}/api/tasks`, { method: 'OPTIONS', headers: { origin: publicUrl, 'access-control-request-method': 'POST' } })
    expect([own.status, own.headers.get('access-control-allow-methods')]).toEqual([204, 'GET,POST,PUT,PATCH,DELETE'])
    const other = await fetch(`${gateway.url}/api/tasks`, { headers: { origin: 'https://evil.test' } })
    expect(other.headers.has('access-control-allow-origin')).toBe(false)
    expect(other.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(other.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('bodies that do not come', () => {
  it('keep nobody else waiting, and are no outage of the service that they are for', async () => {
    const { port } = new URL(gateway.url)
    const slow = Array.from({ length: 140 }, () => connect(Number(port), '127.0.0.1').on('error', () => {}))
    for (const socket of slow) socket.write('POST /api/users/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{')
    const [began, statuses, waits] = [performance.now(), new Set<number>(), new Array<number>()]
    // As long as a service that takes the body but does not answer would be waited for, and a little more.
    while (performance.now() - began < 5_500) {
      const since = performance.now()
      for (const [method, path] of [['GET', '/api/projects'], ['POST', '/api/users/login']] as const) statuses.add((await fetch(gateway.url + path, { method })).status)
      waits.push(performance.now() - since)
      await pause(50)
    }
    expect([...statuses]).toEqual([200])
    // Three of four, for a machine may stand still for a moment.
    expect(waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.75)]).toBeLessThan(2_000)
    for (const socket of slow) socket.destroy()
  })
})
