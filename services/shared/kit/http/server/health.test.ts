import { afterEach, describe, expect, it, vi } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { breaker, type Breaker } from '../../breaker.ts'
import type { Gate } from './gate.ts'
import { healthRoutes, type Check } from './health.ts'
import { createLogger } from '../../observe/log.ts'
import { testServer, type TestServer } from '../test-server.ts'

let server: TestServer
let logged: string[]
afterEach(async () => { vi.useRealTimers(); await server.close() })
const start = async (checks: Record<string, Check>, { state = 'ready' as Gate['state'], optional = [] as string[], breakers = new Array<Breaker>() } = {}) => {
  logged = []
  server = await testServer([healthRoutes({
    logger: createLogger({ service: 'task', destination: { write: line => { logged.push(line) } } }),
    service: 'task', instanceId: 'i1', gate: { state }, checks: new Map(Object.entries(checks)), optional: new Set(optional),
    breakers: new Map(breakers.map(b => [b.name, b])), timeoutMs: 50,
  })])
}
const get = (name: string) => server.request('GET', `/health/${name}`, { headers: { 'dapr-api-token': '' } })

describe('health', () => {
  it('is ready when everything essential answers', async () => {
    await start({ mongo: async () => {}, mail: async () => { throw new Error('no mail for ann@example.org') } }, { optional: ['mail'] })
    expect(await get('ready')).toMatchObject({ status: 200, body: { state: 'ready', service: 'task' } })
    const { body } = await get('dependencies')
    expect(body).toMatchObject({ state: 'ready', dependencies: [
      { name: 'mongo', state: 'up', essential: true },
      { name: 'mail', state: 'down', essential: false, latencyMs: null, error: 'failed' },
    ] })
  })
  it('is degraded when something essential is down, says no, or does not answer', async () => {
    await start({ mongo: async () => { throw new Error('down') }, dapr: async () => false, slow: () => sleep(5_000, undefined, { ref: false }) })
    expect(await get('ready')).toMatchObject({ status: 503, body: { state: 'degraded' } })
    expect(await get('live')).toMatchObject({ status: 200 })
    expect((await get('dependencies')).body).toMatchObject({ dependencies: [
      { state: 'down', error: 'failed' }, { state: 'down', error: 'unhealthy' }, { state: 'down', error: 'timeout' },
    ] })
  })
  it('tells the words of what is down to the log alone', async () => {
    await start({ mongo: async () => { throw new Error('connect ECONNREFUSED store.internal:27017 as ann@example.org') } })
    expect(JSON.stringify((await get('dependencies')).body)).not.toContain('internal')
    expect(logged.map(line => JSON.parse(line))).toMatchObject([
      { part: 'mongo', reason: 'failed', error: { message: 'connect ECONNREFUSED store.internal:27017 as [address]' } },
    ])
  })
  it('is not ready while the service starts or stops', async () => {
    await start({}, { state: 'stopping' })
    expect(await get('ready')).toMatchObject({ status: 503, body: { state: 'stopping' } })
  })
  it('shows an open breaker', async () => {
    const mail = breaker({ name: 'mail', failures: 1 })
    await mail.run(async () => { throw new Error('x') }).catch(() => {})
    await start({ mail: async () => {} }, { breakers: [mail] })
    expect((await get('dependencies')).body).toMatchObject({ state: 'degraded', dependencies: [{ name: 'mail', state: 'open' }] })
  })
  it('looks once for many who ask, and again a second later', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    let looks = 0
    await start({ mongo: async () => { looks++ } })
    await Promise.all(Array.from({ length: 10 }, () => get('ready')))
    expect(looks).toBe(1)
    vi.advanceTimersByTime(1_001)
    await get('ready')
    expect(looks).toBe(2)
  })
})
