import { describe, expect, inject, it } from 'vitest'

type Ask = { app?: string; method?: string; body?: unknown; token?: string }
const sidecar = (from: string, path: string, { method = 'GET', body, token }: Ask = {}) =>
  fetch(`${inject('sidecars')[from]}/${path}`, {
    method, signal: AbortSignal.timeout(15_000),
    headers: { 'dapr-api-token': token ?? inject('tokens')[from]?.dapr ?? '', 'content-type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }),
  })

describe('a service may do what its contract says, and nothing else', () => {
  it('is refused by its own sidecar without the token', async () => {
    expect((await sidecar('task', 'v1.0/metadata', { token: 'wrong' })).status).toBe(401)
  })

  it('may call what lists it as a caller', async () => {
    expect((await sidecar('task', 'v1.0/invoke/test-project/method/internal/projects/0190a000-0000-7000-8000-000000000000?organizationId=x')).status).toBe(404)
  })

  it.each([
    ['analytics', 'POST', 'test-user', 'internal/users/contacts'],
    ['notification', 'POST', 'test-task', 'internal/tasks/release'],
    ['task', 'POST', 'test-user', 'api/users/login'],
    ['ai', 'GET', 'test-user', 'internal/users/contacts'],
    ['task', 'GET', 'test-project', 'internal/projects/x%2f..%2f..%2fmemberships%2fy'],
    ['analytics', 'GET', 'test-user', 'internal/users/names/../contacts'],
  ])('%s may not %s %s/%s', async (from, method, app, path) => {
    const response = await sidecar(from, `v1.0/invoke/${app}/method/${path}`, { method, ...(method === 'POST' && { body: {} }) })
    expect([400, 403, 404, 405]).toContain(response.status)
    expect(response.status === 404 ? await response.text() : '').not.toContain('items')
  })

  it.each([['notification', 'task-events'], ['task', 'user-events'], ['analytics', 'ai-events']])('%s may not publish to %s', async (from, topic) => {
    expect((await sidecar(from, `v1.0/publish/pubsub/${topic}`, { method: 'POST', body: { forged: true } })).status).toBe(403)
  })

  it('answers 401 to whoever comes to its port without the token', async () => {
    for (const path of ['/internal/feed?partition=0&after=0&limit=1', '/dapr/config', '/api/tasks'])
      expect((await fetch(`${inject('services')['task']}${path}`)).status, path).toBe(401)
    expect((await fetch(`${inject('services')['task']}/health/live`)).status).toBe(200)
  })
})
