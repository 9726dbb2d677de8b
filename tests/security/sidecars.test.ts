import { describe, expect, inject, it } from 'vitest'
import type { AppId } from '../../services/shared/contracts/define.ts'
import { invocation, sidecar } from '../support/sidecar.ts'

const noId = '0190a000-0000-7000-8000-000000000000'
const foreign: [from: AppId, method: string, app: AppId, path: string][] = [
  ['analytics', 'POST', 'user', 'internal/users/contacts'],
  ['notification', 'POST', 'task', 'internal/tasks/release'],
  ['task', 'POST', 'user', 'api/users/login'],
  ['ai', 'GET', 'user', 'internal/users/contacts'],
]

describe('a service may do what its contract says, and nothing else', () => {
  it('is refused by its own sidecar without the token', async () => {
    expect((await sidecar('task', 'v1.0/metadata', { token: 'wrong' })).status).toBe(401)
  })

  it('may call what lists it as a caller', async () => {
    expect((await sidecar('task', invocation('project', `/internal/projects/${noId}?organizationId=x`))).status).toBe(404)
  })

  it.each(foreign)('%s may not %s %s/%s', async (from, method, app, path) => {
    expect((await sidecar(from, invocation(app, path), { method, ...(method === 'POST' && { body: {} }) })).status).toBe(403)
  })

  const topics: [AppId, string][] = [['notification', 'task-events'], ['task', 'user-events'], ['analytics', 'ai-events']]
  it.each(topics)('%s may not publish to %s', async (from, topic) => {
    expect((await sidecar(from, `v1.0/publish/pubsub/${topic}`, { method: 'POST', body: { forged: true } })).status).toBe(403)
  })

  it('answers 401 to whoever comes to its port without the token', async () => {
    for (const path of ['/internal/feed?partition=0&after=0&limit=1', '/dapr/config', '/api/tasks'])
      expect((await fetch(`${inject('services')['task']}${path}`)).status, path).toBe(401)
    expect((await fetch(`${inject('services')['task']}/health/live`)).status).toBe(200)
  })
})
