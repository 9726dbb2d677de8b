import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlatformStatus } from '../../shared/contracts/gateway/http.ts'
import { DaprError } from '../../shared/kit/dapr/dapr-error.ts'
import type { ServiceId } from '../../shared/contracts/define.ts'
import { startGateway, type Harness } from './harness.ts'
import { newSigner, type Signer } from './signer.ts'

let gateway: Harness
let signer: Signer
const json = (body: unknown, status = 200) => ({ status, headers: {}, body })
const letter = (id: string) => ({
  id, consumer: 'c', topic: 'task-events', partition: 0, position: 1, subject: 't1', state: 'waiting', reason: 'boom', attempts: 5,
  behind: null, traceId: null, at: '2026-05-04T10:00:00.000Z',
})
const event = { type: 'TaskCreated', subject: 't1', data: { title: 'Rocket' } }
const asked: { app: string; path: string; query: unknown; body: unknown }[] = []

beforeAll(async () => {
  gateway = await startGateway()
  signer = await newSigner()
  for (const app of ['user', 'task', 'project', 'notification', 'analytics'] satisfies ServiceId[]) gateway.dapr.answer(app, ({ path, query, body }) => {
    asked.push({ app, path, query, body })
    if (path === '/.well-known/jwks.json') return json(signer.jwks)
    if (path === '/health/dependencies') {
      const dependencies = [{ name: 'dapr', state: 'up', essential: true, latencyMs: 1 }]
      return json({ service: app, state: 'ready', instanceId: `${app}-1`, uptimeSeconds: 5, dependencies })
    }
    if (path === '/metrics') return json(`# HELP x\napp_info{version="1.2.3",service="${app}"} 1\n`
      + `event_log_lag{service="${app}"} 4\nconsumer_parked{service="${app}"} ${app === 'task' ? 2 : 0}\n`)
    if (path === '/internal/dead-letters') return json({ items: app === 'task' ? [letter('aaa')] : app === 'project' ? [letter('bbb')] : [], nextCursor: null })
    if (path === '/internal/dead-letters/aaa') return json({ ...letter('aaa'), event })
    return json({ replayed: 3, state: 'replayed', goesOn: false })
  })
  gateway.dapr.answer('ai', () => { throw new DaprError('peer', 'couldn\'t find service ai at 10.0.0.7:50002') })
})
afterAll(() => gateway.stop())
const as = async (role: string, path: string, method = 'GET') => {
  const answer = await fetch(gateway.url + path, { method, headers: { authorization: `Bearer ${await signer.token(role)}` } })
  return { status: answer.status, body: JSON.parse(await answer.text()) }
}

describe('/status', () => {
  it('shows every service with its sidecar, its numbers and what is down', async () => {
    const text = await (await fetch(`${gateway.url}/status`)).text()
    expect(text).not.toContain('10.0.0.7')
    const status = PlatformStatus.parse(JSON.parse(text))
    expect(status).toMatchObject({ state: 'degraded', sockets: 0 })
    expect(status.services.find(s => s.service === 'task')).toMatchObject({ state: 'ready', version: '1.2.3', sidecar: 'up', relayLag: 4, deadLetters: 2 })
    expect(status.services.find(s => s.service === 'ai')).toMatchObject({ state: 'down', sidecar: 'unknown', error: 'unreachable' })
    expect(status.services).toHaveLength(7)
  })
  it('is a page for people, with a policy that runs nothing', async () => {
    const page = await fetch(`${gateway.url}/status`, { headers: { accept: 'text/html,*/*' } })
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'sha256-")
    expect(await page.text()).toContain('<small>unreachable</small>')
    expect(await (await fetch(gateway.url)).text()).toContain('href="/docs"')
  })
})

describe('dead letters', () => {
  it('are for owners and admins', async () => {
    expect((await as('member', '/api/operations/dead-letters')).status).toBe(403)
    expect((await fetch(`${gateway.url}/api/operations/dead-letters`)).status).toBe(401)
  })
  it('of all services are listed, page by page, for the own organization', async () => {
    const first = await as('owner', '/api/operations/dead-letters')
    expect(first.body).toMatchObject({ items: [{ id: 'aaa', service: 'task' }], unreachable: ['ai'] })
    const second = await as('admin', `/api/operations/dead-letters?cursor=${first.body.nextCursor}`)
    expect(second.body).toMatchObject({ items: [{ id: 'bbb', service: 'project' }], nextCursor: null })
    expect(asked.filter(a => a.path === '/internal/dead-letters').every(a => JSON.stringify(a.query).includes('"organizationId":"o1"'))).toBe(true)
  })
  it('are shown one by one, with the event as it came', async () => {
    const shown = await as('admin', '/api/operations/dead-letters/task/aaa')
    expect(shown).toEqual({ status: 200, body: { ...letter('aaa'), service: 'task', event } })
    expect(asked.at(-1)).toMatchObject({ app: 'task', path: '/internal/dead-letters/aaa', query: { organizationId: 'o1' } })
    expect((await as('member', '/api/operations/dead-letters/task/aaa')).status).toBe(403)
  })
  it('are handled again, or given up', async () => {
    const replayed = await as('owner', '/api/operations/dead-letters/task/aaa/replay', 'POST')
    expect(replayed).toEqual({ status: 200, body: { replayed: 3, state: 'replayed', goesOn: false } })
    expect(asked.at(-1)).toMatchObject({ app: 'task', path: '/internal/dead-letters/aaa/replay', body: { organizationId: 'o1' } })
    expect((await as('owner', '/api/operations/dead-letters/nothing/aaa/skip', 'POST')).status).toBe(400)
    expect((await as('owner', '/api/operations/dead-letters/ai/aaa/skip', 'POST')).status).toBe(503)
  })
})

describe('a session that ended', () => {
  it('opens nothing any more, though its token has not expired and the services do not know', async () => {
    expect((await as('owner', '/api/tasks')).status).toBe(200)
    const ended = {
      specversion: '1.0', id: 'e1', source: 'user', type: 'SessionEnded', subject: 's1', time: '2026-05-04T10:00:00.000Z',
      data: { userId: 'u1', sessionId: 's1', reason: 'disabled' }, dataversion: 1, organizationid: 'o1',
      partition: 0, position: 0, previous: -1, aggregateversion: 2, actor: 'u9', correlationid: 'c1',
    }
    expect(await gateway.parts.feeds.deliver(ended, 'user-events')).toBe('SUCCESS')
    expect(await as('owner', '/api/tasks')).toMatchObject({ status: 401, body: { code: 'session-ended' } })
    expect((await as('owner', '/api/operations/dead-letters')).status).toBe(401)
    expect((await as('owner', '/.well-known/jwks.json')).status).toBe(200)
  })
})
