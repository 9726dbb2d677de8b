import { createServer, request as ask, type RequestListener } from 'node:http'
import { once } from 'node:events'
import fc from 'fast-check'
import { Pool } from 'undici'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operation } from '../../shared/contracts/define.ts'
import { peerBreakers } from '../../shared/kit/dapr/peer-breakers.ts'
import { systemClock } from '../../shared/kit/clock.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { batchRoutes } from '../../shared/kit/http/batch-routes.ts'
import { callerOf, guard } from '../../shared/kit/http/auth/guard.ts'
import { memoryIdempotency } from '../../shared/kit/http/idempotency/memory-idempotency.ts'
import { mount } from '../../shared/kit/http/mount.ts'
import { serve } from '../../shared/kit/http/serve.ts'
import { createApp, routed } from '../../shared/kit/http/server/app.ts'
import { listen } from '../../shared/kit/http/server/listen.ts'
import { currentContext } from '../../shared/kit/observe/context.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import type { Pacing } from './batches.ts'
import { forwarder } from './forward.ts'
import { proxy } from './proxy.ts'
import { routeTable } from './route-table.ts'

const Thing = z.object({ id: z.string(), text: z.string(), by: z.string(), version: z.number() })
const api = {
  show: operation({ method: 'GET', path: '/api/things/:id', summary: 's', access: 'user', status: 200, query: z.strictObject({ long: z.stringbool().optional() }), reply: Thing }),
  make: operation({
    method: 'POST', path: '/api/things', summary: 's', access: 'user', status: 201, body: z.strictObject({ text: z.string().min(1) }), reply: Thing,
  }),
  whose: operation({ method: 'GET', path: '/api/work', summary: 's', access: 'user', status: 200, reply: z.object({ correlationId: z.string() }) }),
  drop: operation({ method: 'DELETE', path: '/api/things/:id', summary: 's', access: 'user', status: 204 }),
}
const appToken = 'a-token-for-tests'
/** Whatever comes within three seconds, so that the slowest machine sends it in time. */
const allTogether: Pacing = { few: 0, restMs: 3_000 }
const undo: (() => Promise<unknown>)[] = []
afterAll(async () => { for (const stop of undo.splice(0).toReversed()) await stop() })

/** A service with these operations; `held` is asked for before it answers for the thing of that name. */
const startService = async (held: (id: string) => Promise<void> = async () => {}) => {
  const routes = serve(api, {
    show: async ({ params: { id }, query: { long }, actor }) => {
      await held(id)
      if (id === 'none') throw new Refused('missing', 'thing-unknown', 'There is no such thing.')
      return { body: { id, text: long ? 'längst '.repeat(20_000) : 'ein Ding \u{1F600}', by: actor.userId, version: 3 } }
    },
    make: async ({ body: { text }, actor }) => ({ body: { id: 'new', text, by: actor.userId, version: 1 }, headers: { Location: '/api/things/new' } }),
    whose: async () => ({ body: { correlationId: currentContext()?.correlationId ?? '' } }),
    drop: async ({ params: { id } }) => { await held(id); return {} },
  })
  const app = createApp({ logger: silentLogger }, [guard({ appToken }), (ctx, next) => service(ctx, next)])
  const listening = await listen(app, 0, '127.0.0.1')
  const verify = async (token: string | undefined) => {
    if (token === undefined) throw new Refused('unauthenticated', 'token-missing', 'A bearer token is needed.')
    return { userId: token, organizationId: 'acme', role: 'member' as const, sessionId: 's' }
  }
  const service = routed(mount([...routes, ...batchRoutes({ server: listening.server, appToken, appIdPrefix: '' })], {
    clock: systemClock, verify, idempotency: memoryIdempotency(), callerOf,
  }))
  undo.push(() => listening.drain(100))
  return listening.url
}

/** A gateway before that service. `between` sees every call on its way, and may answer it. */
const startGateway = async (serviceUrl: string, batching: Pacing, between: RequestListener = () => {}) => {
  const calls: string[] = []
  const sidecar = createServer((incoming, outgoing) => {
    const path = /^\/v1\.0\/invoke\/task\/method(.*)$/.exec(incoming.url ?? '')?.[1] ?? ''
    calls.push(path)
    between(Object.assign(incoming, { url: path }), outgoing)
    if (outgoing.headersSent) return
    const headers = { ...incoming.headers, 'dapr-api-token': appToken, 'dapr-caller-app-id': 'gateway' }
    incoming.pipe(ask(serviceUrl + path, { method: incoming.method, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(outgoing)
    }))
  }).listen(0, '127.0.0.1')
  await once(sidecar, 'listening')
  const address = sidecar.address()
  const pool = new Pool(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  const forward = forwarder({ sidecar: pool, circuit: peerBreakers(), appIdPrefix: '', batching, timeoutMs: 30_000 })
  const app = createApp({ logger: silentLogger }, [proxy({ table: routeTable({ task: api }), forward, sagaOwner: () => undefined })])
  const { url, drain } = await listen(app, 0, '127.0.0.1')
  undo.push(async () => { sidecar.closeAllConnections(); sidecar.close() }, () => pool.destroy(), () => drain(100))
  const request = async ({ method = 'GET', path, body, type = 'application/json', by = 'ann', key, known, signal, more }: Asked) => {
    const headers = {
      ...(by && { authorization: `Bearer ${by}` }), ...(body !== undefined && { 'content-type': type }), ...(key !== undefined && { 'idempotency-key': key }), ...(known !== undefined && { 'if-none-match': known }), ...more,
    }
    const answer = await fetch(url + path, { method, headers, ...(body !== undefined && { body }), ...(signal && { signal }) })
    const { date: _, traceparent: __, connection: ___, 'keep-alive': ____, ...told } = Object.fromEntries(answer.headers)
    return { status: answer.status, headers: told, text: (await answer.text()).replace(/"traceId":"\w+"/, '') }
  }
  return { calls, request }
}
type Asked = { method?: string; path: string; body?: string; type?: string; by?: string; key?: string; known?: string; signal?: AbortSignal; more?: Record<string, string> }

const asked: fc.Arbitrary<Asked> = fc.record({
  what: fc.constantFrom<Asked>(
    { path: '/api/things/a' }, { path: '/api/things/a', known: '"3"' }, { path: '/api/things/none' }, { path: '/api/things/a?long=true' }, { path: '/api/things/a?strange=1' }, { path: '/api/things/%C3%A4' },
    { method: 'HEAD', path: '/api/things/a' }, { method: 'DELETE', path: '/api/things/a' }, { method: 'POST', path: '/api/things', body: '{"text":"schön"}' },
    { method: 'POST', path: '/api/things', body: '{"text":""}' }, { method: 'POST', path: '/api/things', body: '{"text":' }, { method: 'POST', path: '/api/things' },
    { method: 'POST', path: '/api/things', body: '{}', type: 'text/plain' }, { method: 'POST', path: '/api/things', body: '{"text":"x"}', key: 'bad key' },
  ),
  by: fc.constantFrom('ann', 'bob', ''),
}).map(({ what, by }) => ({ ...what, by }))

describe.concurrent('requests that go together', () => {
  it('get the answers that they would get alone', async () => {
    const url = await startService()
    const [together, alone] = [await startGateway(url, { few: 0 }), await startGateway(url, { few: Infinity })]
    await fc.assert(fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 12 }), async requests => {
      expect(await Promise.all(requests.map(together.request))).toEqual(await Promise.all(requests.map(alone.request)))
    }), { numRuns: 40 })
    expect(together.calls.filter(path => path === '/internal/batch').length).toBeGreaterThan(5)
    expect(alone.calls).not.toContain('/internal/batch')
  })
  it('are each a work of its own', async () => {
    const { calls, request } = await startGateway(await startService(), allTogether)
    const works = await Promise.all(['ann', 'bob', 'ann'].map(by => request({ path: '/api/work', by })))
    expect(calls).toEqual(['/internal/batch'])
    expect(new Set(works.map(({ text }) => text)).size).toBe(3)
  })
  it('are not refused for what is wrong with one of them', async () => {
    const { calls, request } = await startGateway(await startService(), allTogether)
    const odd = [request({ path: '/api/things/a', more: { constructor: 'x' } }), request({ method: 'POST', path: '/api/things', body: '{"text":"\u0000"}' })]
    const plain = [request({ path: '/api/things/a' }), request({ path: '/api/things/b' })]
    expect((await Promise.all([...odd, ...plain])).map(({ status }) => status)).toEqual([200, 400, 200, 200])
    expect(calls.toSorted()).toEqual(['/api/things', '/api/things/a', '/internal/batch'])
  })
  it('do not wait for a slow one among them', async () => {
    const slow = Promise.withResolvers<void>()
    const { calls, request } = await startGateway(await startService(id => (id === 'slow' ? slow.promise : Promise.resolve())), allTogether)
    const [late, ...others] = ['slow', 'a', 'b'].map(id => request({ path: `/api/things/${id}` }))
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200])
    expect(calls).toEqual(['/internal/batch'])
    slow.resolve()
    expect(await late).toMatchObject({ status: 200 })
  })
  it('go alone as long as few are under way', async () => {
    const { calls, request } = await startGateway(await startService(), { few: 3, restMs: 60_000 })
    await Promise.all(['a', 'b', 'c'].map(id => request({ path: `/api/things/${id}` })))
    expect(calls.toSorted()).toEqual(['/api/things/a', '/api/things/b', '/api/things/c'])
  })
  it('go alone to a service that takes no batches, such as one of an older version', async () => {
    const { request } = await startGateway(await startService(), allTogether, ({ url }, answer) => { if (url === '/internal/batch') answer.writeHead(404).end() })
    expect((await Promise.all(['a', 'none', 'b'].map(id => request({ path: `/api/things/${id}` })))).map(({ status }) => status)).toEqual([200, 404, 200])
  })
  it('go again if they never arrived', async () => {
    let first = true
    const { request } = await startGateway(await startService(), allTogether, ({ url }, answer) => {
      if (url !== '/internal/batch' || !first) return
      first = false
      answer.writeHead(503, { 'content-type': 'application/problem+json' }).end('{"status":503,"code":"starting"}')
    })
    expect((await Promise.all(['a', 'b'].map(id => request({ path: `/api/things/${id}` })))).map(({ status }) => status)).toEqual([200, 200])
  })
  it('are told that the service is away where their answers broke off, and keep what came before', async () => {
    const { request } = await startGateway(await startService(), allTogether, ({ url }, answer) => {
      if (url !== '/internal/batch') return
      const line = { at: 1, status: 204, headers: {}, body: '' }
      answer.writeHead(200, { 'content-type': 'application/x-ndjson' })
      answer.write(`${JSON.stringify(line)}\n{"at":0,"sta`, () => { answer.destroy() })
    })
    const answers = await Promise.all(['a', 'b', 'c'].map(id => request({ method: 'DELETE', path: `/api/things/${id}` })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 503, 503])
    expect(answers.find(({ status }) => status === 503)).toMatchObject({ headers: { 'retry-after': '2' }, text: expect.stringContaining('dependency-unavailable') })
  })
  it('are one failure for the circuit, however many they were', async () => {
    let broken = 0
    const { request } = await startGateway(await startService(), allTogether, ({ url }, answer) => {
      if (url === '/internal/batch' && ++broken === 1) answer.destroy()
    })
    expect(new Set((await Promise.all(Array.from({ length: 12 }, () => request({ path: '/api/things/a' })))).map(({ status }) => status))).toEqual(new Set([503]))
    expect(await request({ path: '/api/things/a' })).toMatchObject({ status: 200 })
  })
  it('are given up when nobody waits for any of them any more', async () => {
    const left = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const { request } = await startGateway(await startService(), allTogether, (incoming, answer) => {
      if (incoming.url !== '/internal/batch') return
      answer.once('close', left.resolve)
      answer.flushHeaders()
      arrived.resolve()
    })
    const gone = new AbortController()
    const answers = Promise.allSettled(['a', 'b'].map(id => request({ path: `/api/things/${id}`, signal: gone.signal })))
    await arrived.promise
    gone.abort()
    await left.promise
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
  it('reach nothing that is not for people', async () => {
    const url = await startService()
    const batch = (path: string) => fetch(`${url}/internal/batch`, {
      method: 'POST', headers: { 'dapr-api-token': appToken, 'dapr-caller-app-id': 'gateway', 'content-type': 'application/json' },
      body: JSON.stringify({ requests: [{ method: 'POST', path, headers: { 'dapr-caller-app-id': 'user' } }] }),
    })
    expect((await batch('/internal/batch')).status).toBe(400)
    expect((await batch('/api/../internal/batch')).status).toBe(400)
  })
})
