import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { buildConnector, Pool } from 'undici'
import { afterAll, describe, expect, it } from 'vitest'
import { aiApi } from '../../shared/contracts/ai/http.ts'
import { taskApi } from '../../shared/contracts/task/http.ts'
import { breaker } from '../../shared/kit/breaker.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { peerBreakers, type PeerBreakers } from '../../shared/kit/dapr/peer-breakers.ts'
import { createApp } from '../../shared/kit/http/server/app.ts'
import { listen } from '../../shared/kit/http/server/listen.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { createMetrics } from '../../shared/kit/observe/metrics.ts'
import { forwarder } from './forward.ts'
import type { Target } from './route-table.ts'

const undo: (() => Promise<unknown>)[] = []
afterAll(async () => { for (const stop of undo.splice(0).toReversed()) await stop() })

type Circumstances = { circuit?: PeerBreakers; refusals?: number }
/** A gateway that waits a second for anything, unless the contract says longer, and whose sidecar does not listen for the first few `refusals`. */
const asked = async (
  target: Target, sidecar: RequestListener, { circuit = peerBreakers(), refusals = 0 }: Circumstances = {},
): Promise<{ status: number; ms: number }> => {
  const behind = createServer(sidecar).listen(0, '127.0.0.1')
  await once(behind, 'listening')
  const address = behind.address()
  const dial = buildConnector({})
  const pool = new Pool(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, {
    connect: (to, done) => { if (refusals-- > 0) done(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), null); else dial(to, done) },
  })
  const forward = forwarder({ sidecar: pool, circuit, appIdPrefix: '', timeoutMs: 1_000 })
  const app = createApp({ logger: silentLogger, metrics: createMetrics('gateway') }, [ctx => forward(ctx, target, ctx.path.slice(1).split('/'))])
  const { url, drain } = await listen(app, 0, '127.0.0.1')
  undo.push(async () => { behind.closeAllConnections(); behind.close() }, () => pool.destroy(), () => drain(100))
  const since = performance.now()
  const { status } = await fetch(url + target.operation.path, { method: target.operation.method, body: '{}', headers: { 'content-type': 'application/json' } })
  return { status, ms: performance.now() - since }
}
const naturalLanguage: Target = { service: 'ai', name: 'naturalLanguage', operation: aiApi.naturalLanguage }
const createTask: Target = { service: 'task', name: 'createTask', operation: taskApi.createTask }

const late: RequestListener = (_, response) => {
  void pause(1_600).then(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
}
const away: RequestListener = (_, response) => {
  const message = 'failed to invoke, id: ai, err: rpc error: code = Internal desc = error invoking app channel: '
    + 'Post "http://127.0.0.1:3006/api": dial tcp 127.0.0.1:3006: connect: connection refused'
  response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ errorCode: 'ERR_DIRECT_INVOKE', message }))
}

const starting: RequestListener = (_, response) => { response.writeHead(503, { 'content-type': 'application/problem+json' }).end('{"status":503,"code":"starting"}') }

describe.concurrent('how long the gateway waits', () => {
  it('as long as the contract says for an answer that is under way', async () => {
    expect(await Promise.all([asked(naturalLanguage, late), asked(createTask, late)])).toMatchObject([{ status: 200 }, { status: 503 }])
  })
  it('no longer than for anything else where the service is away', async () => {
    const { status, ms } = await asked({ ...naturalLanguage, operation: { ...naturalLanguage.operation, patienceMs: 40_000 } }, away)
    expect(status).toBe(503)
    expect(ms).toBeLessThan(20_000)
  })
  it('for its own sidecar while that does not listen, which then has heard nothing', async () => {
    const made: RequestListener = (_, response) => { response.writeHead(201, { 'content-type': 'application/json' }).end('{}') }
    expect(await asked(createTask, made, { refusals: 1 })).toMatchObject({ status: 201 })
  })
  it('no more, once ten in a row found the service starting', async () => {
    // No trial in the time of the test: at the real quarter of a second, less by chance, a slow machine would see one.
    const task = breaker({ name: 'task', failures: 10, retryAfterMs: 3_600_000, timeoutMs: Infinity, isOutage: error => error instanceof Refused })
    const circuit = () => task
    await Promise.all(Array.from({ length: 10 }, () => asked(createTask, starting, { circuit })))
    let calls = 0
    const { status } = await asked(createTask, (_, response) => { calls++; response.end() }, { circuit })
    expect([status, calls]).toEqual([503, 0])
  })
})
