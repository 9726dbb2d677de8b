import { describe, expect, inject, it } from 'vitest'
import { appIds, type AppId } from '../../services/shared/contracts/define.ts'
import { topics } from '../../services/shared/contracts/topics.ts'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import { readSecrets } from '../../deploy/local/secrets.ts'
import { call } from '../support/call.ts'
import { founder } from '../support/people.ts'
import { openSocket } from '../support/socket.ts'
import { invocation, sidecar } from '../support/sidecar.ts'

const noId = '0190a000-0000-7000-8000-000000000000'
const ticketKey = (ticket: string) => `ws-ticket.${ticket}`
const others = (...apps: AppId[]) => appIds.filter(app => !apps.includes(app))

describe('a service may do what its contract says, and nothing else', () => {
  it.each(appIds)('the sidecar of %s answers nobody without its token', async app => {
    const foreign = inject('tokens')[app === 'task' ? 'user' : 'task']?.dapr ?? ''
    const paths = ['v1.0/metadata', invocation('project', `/internal/projects/${noId}`), 'v1.0/secrets/secretstore/bulk']
    for (const token of ['', 'wrong', foreign, inject('tokens')[app]?.app ?? ''])
      for (const path of paths) expect((await sidecar(app, path, { token })).status, path).toBe(401)
  })

  it('may call what lists it as a caller', async () => {
    expect((await sidecar('task', invocation('project', `/internal/projects/${noId}?organizationId=x`))).status).toBe(404)
  })

  it.each(topics.flatMap(({ name, producer }) => others(producer).map(app => [app, name] as const)))('%s may not publish to %s', async (from, topic) => {
    for (const path of [`publish/pubsub/${topic}`, `publish/bulk/pubsub/${topic}`, `publish/pubsub/${topic}?metadata.rawPayload=true`, `publish/pubsub/${topic.toUpperCase()}`]) {
      const body = path.includes('bulk') ? [{ entryId: '1', event: {}, contentType: 'application/json' }] : {}
      expect([400, 403, 404], path).toContain((await sidecar(from, `v1.0/${path}`, { method: 'POST', body })).status)
    }
    expect((await sidecar(from, `v1.0/publish/pubsub/${topic}`, { method: 'POST', body: {} })).status).toBe(403)
  })

  it.each(appIds)('%s reads its own secrets and no others', async app => {
    const own: Record<AppId, string[]> = {
      gateway: [], user: ['mongodb-uri', 'token-key'], task: ['mongodb-uri'], project: ['mongodb-uri'],
      notification: ['mongodb-uri', 'queue-redis-url', 'smtp-url'], analytics: [], ai: ['mongodb-uri'],
    }
    const secrets = readSecrets(inject('home'))
    for (const [name, value] of Object.entries(secrets)) {
      const answer = await sidecar(app, `v1.0/secrets/secretstore/${name}`)
      expect(answer.status, name).toBe(own[app].includes(name) ? 200 : 403)
      if (!own[app].includes(name)) expect(await answer.text()).not.toContain(value)
    }
    const bulk = await (await sidecar(app, 'v1.0/secrets/secretstore/bulk')).text()
    // The address of the queue holds the queue's own password.
    const isPartOfOwn = (value: string) => own[app].some(name => secrets[name]?.includes(value))
    for (const [name, value] of Object.entries(secrets)) if (!isPartOfOwn(value)) expect(bulk, name).not.toContain(value)
  })

  it.each(others('user'))('%s neither reads, makes nor removes what the user service keeps in the state store', async app => {
    const owner = await founder('Stella State')
    const { ticket } = await call(userApi.wsTicket, { token: owner.token })
    const prefix = inject('prefix')
    for (const key of [ticketKey(ticket), `${prefix}user||${ticketKey(ticket)}`, `statestore||${ticketKey(ticket)}`, `../${prefix}user||${ticketKey(ticket)}`]) {
      const path = `v1.0/state/statestore/${encodeURIComponent(key)}`
      const read = await sidecar(app, path)
      expect([204, 400, 403, 404, 500], key).toContain(read.status)
      expect(await read.text()).not.toContain(owner.id)
      expect(await (await sidecar(app, 'v1.0/state/statestore/bulk', { method: 'POST', body: { keys: [key] } })).text()).not.toContain(owner.id)
      await sidecar(app, path, { method: 'DELETE' })
    }
    const forged = 'forged-ticket-of-another-service'
    const value = { userId: owner.id, organizationId: owner.organizationId, role: 'owner', sessionId: 's', issuedAt: '2026-01-01T00:00:00.000Z' }
    await sidecar(app, 'v1.0/state/statestore', { method: 'POST', body: [{ key: ticketKey(forged), value }] })
    await expect(openSocket(forged)).rejects.toThrow()
    ;(await openSocket(ticket)).cut()
  })

  it.each(others('user'))('%s does not reach the sagas of the user service', async app => {
    const id = `close-account.${noId}`
    const start = { tenantId: '-', startedAt: '2026-01-01T00:00:00.000Z', input: { type: 'start' } }
    const refused: readonly number[] = app === 'project' ? [400, 403, 404, 500] : [403, 404]
    for (const [method, path, body] of [
      ['PUT', `actors/UserSaga/${id}/method/start`, start],
      ['POST', `actors/UserSaga/${id}/method/start`, start],
      ['PUT', `actors/UserSaga/${id}/method/signal`, { input: { type: 'start' }, inputId: 'x' }],
      ['GET', `actors/UserSaga/${id}/state/saga`, undefined],
      ['POST', `actors/UserSaga/${id}/state`, [{ operation: 'upsert', request: { key: 'saga', value: {} } }]],
    ] as const) {
      const { status } = await sidecar(app, `v1.0/${path}`, { method, body })
      // An empty 204: whoever uses actors looks into keys of his own.
      expect(method === 'GET' && app === 'project' ? [...refused, 204] : refused, `${method} ${path}`).toContain(status)
    }
  })

  it.each(appIds)('the sidecar of %s does nothing that no service needs', async app => {
    for (const [method, path] of [
      ['POST', 'v1.0/shutdown'],
      ['GET', 'v1.0/configuration/statestore?key=x'],
      ['POST', 'v1.0-alpha1/lock/statestore'],
      ['POST', 'v1.0/bindings/x'],
      ['POST', 'v1.0-alpha1/state/statestore/query'],
      ['POST', 'v1.0/workflows/dapr/x/start'],
    ] as const) expect([403, 404], path).toContain((await sidecar(app, path, { method, body: method === 'POST' ? {} : undefined })).status)
  })

  it.each(others('gateway'))('%s answers 401 to whoever comes to its port without the token', async app => {
    const foreign = inject('tokens')[app === 'task' ? 'user' : 'task']?.app ?? ''
    const tokens = ['', 'wrong', foreign, inject('tokens')[app]?.dapr ?? '']
    for (const path of [
      '/internal/feed?partition=0&after=0&limit=1', '/dapr/config', '/dapr/subscribe', '/api/tasks', '/openapi.json',
      '/%2e%2e/internal/feed', '//internal/feed', '/HEALTH/live', '/health/../internal/feed',
    ]) {
      for (const token of tokens)
        expect((await fetch(`${inject('services')[app]}${path}`, { headers: { 'dapr-api-token': token } })).status, path).toBe(401)
    }
    expect((await fetch(`${inject('services')[app]}/health/live`)).status).toBe(200)
  })
})
