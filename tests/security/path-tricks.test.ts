import { beforeAll, describe, expect, inject, it } from 'vitest'
import type { AppId } from '../../services/shared/contracts/define.ts'
import { invocation } from '../support/sidecar.ts'
import { founder, type Person } from '../support/people.ts'
import { raw } from './support/raw.ts'

/** Ways to write a path that one reader takes for an open one and another for the closed one. `open` and `closed` are siblings. */
const tricks = (folder: string, open: string, closed: string): string[] => [
  `${folder}/${open}/../${closed}`, `${folder}/${open}/%2e%2e/${closed}`, `${folder}/${open}/%2E%2E/${closed}`,
  `${folder}/${open}/..%2f${closed}`, `${folder}/${open}%2f..%2f${closed}`, `${folder}/${open}/%252e%252e/${closed}`,
  `${folder}/${open}/..;/${closed}`, `${folder}/${open};/../${closed}`, `${folder}/${open}/%2e%2e%2f${closed}`,
  `${folder}/${open}/..%5c${closed}`, `${folder}/${open}/..%c0%af${closed}`,
  `${folder}/${open}?/../${closed}`, `${folder}/${open}%3f/../${closed}`, `${folder}/${open}%23/../${closed}`, `${folder}/${open}%00/../${closed}`,
  `${folder}//${closed}`, `/${folder}/${closed}`, `//${folder}//${closed}`, `./${folder}/${closed}`, `${folder}/./${closed}`, `${folder}/%2e/${closed}`,
  `${folder}/${closed}/`, `${folder}/${closed}//`, `${folder}/${closed}/.`,
  `${folder}/${closed};`, `${folder}/${closed};x=1`, `${folder}/${closed}%20`, `${folder}/${closed}%00`,
  `${folder}/${closed}%3f`, `${folder}/${closed}%23`, `${folder}/${closed}%2f`,
  `${folder}/${closed}`.toUpperCase(), `${folder}/${closed[0]?.toUpperCase()}${closed.slice(1)}`,
  `${folder}/%${closed.charCodeAt(0).toString(16)}${closed.slice(1)}`,
  `${folder.replaceAll('/', '%2f')}%2f${closed}`, `${folder.replaceAll('/', '%5c')}%5c${closed}`,
]
const ofSidecar = (from: AppId) => ({ 'dapr-api-token': inject('tokens')[from]?.dapr ?? '', 'content-type': 'application/json' })

describe('a path may be written as it likes', () => {
  let victim: Person
  beforeAll(async () => { victim = await founder('Victor Victim') })
  const body = () => JSON.stringify({ organizationId: victim.organizationId, ids: [victim.id] })

  it('is open to the one it is for', async () => {
    const answer = await raw(inject('sidecars')['notification'] ?? '', `/${invocation('user', 'internal/users/contacts')}`, {
      method: 'POST', headers: ofSidecar('notification'), body: body(),
    })
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining(victim.email)])
  })

  it.each(tricks('internal/users', 'names', 'contacts'))('analytics does not get addresses by POST %s', async path => {
    const { status, text } = await raw(inject('sidecars')['analytics'] ?? '', `/${invocation('user', '')}${path}`, {
      method: 'POST', headers: ofSidecar('analytics'), body: body(),
    })
    expect(text).not.toContain(victim.email)
    // 500 is the sidecar's word for a path that it cannot read.
    expect([400, 403, 404, 405, 500]).toContain(status)
  })

  it.each(tricks('api/tasks', 'x1', 'bulk'))('ai, which may create one task, does not create many by POST %s', async path => {
    const answer = await raw(inject('sidecars')['ai'] ?? '', `/${invocation('task', '')}${path}`, {
      method: 'POST', headers: { ...ofSidecar('ai'), authorization: `Bearer ${victim.token}` }, body: '{"operations":[]}',
    })
    expect(answer.text).not.toContain('results')
    expect([400, 403, 404, 405, 500]).toContain(answer.status)
  })

  it.each(tricks('internal', 'health', 'feed'))('nobody outside reads the feed by GET %s', async path => {
    for (const origin of ['/', '/api/', '/api/tasks/', '/api/tasks/../../', '/api/tasks/%2e%2e/%2e%2e/', '/health/../', '/docs/../']) {
      const asked = `${origin}${path}${path.includes('?') ? '&' : '?'}partition=0&after=-1`
      const { status, text } = await raw(inject('gateway'), asked, { headers: { authorization: `Bearer ${victim.token}` } })
      expect(text).not.toContain('"events"')
      expect([400, 404, 405], `${origin}${path}`).toContain(status)
    }
  })

  const impostors: [string, (app: string) => string][] = [
    ['an address instead of a name', () => `v1.0/invoke/${encodeURIComponent(inject('services')['user'] ?? '')}/method/internal/users/contacts`],
    ['an address instead of a name, plain', () => `v1.0/invoke/${inject('services')['user'] ?? ''}/method/internal/users/contacts`],
    ['a namespace', app => `v1.0/invoke/${app}.default/method/internal/users/contacts`],
    ['another namespace', app => `v1.0/invoke/${app}.other/method/internal/users/contacts`],
  ]
  it.each(impostors)('and a service named by %s is no way round', async (_, path) => {
    const { status, text } = await raw(inject('sidecars')['analytics'] ?? '', `/${path(`${inject('prefix')}user`)}`, {
      method: 'POST', headers: ofSidecar('analytics'), body: body(),
    })
    expect(text).not.toContain(victim.email)
    expect(status).toBeGreaterThanOrEqual(400)
  })

  it('whatever a caller says of himself in headers', async () => {
    const headers = {
      ...ofSidecar('analytics'), 'dapr-caller-app-id': `${inject('prefix')}notification`,
      'dapr-app-id': `${inject('prefix')}user`, 'dapr-caller-namespace': 'default',
    }
    for (const path of [`/${invocation('user', 'internal/users/contacts')}`, '/internal/users/contacts']) {
      const { status, text } = await raw(inject('sidecars')['analytics'] ?? '', path, { method: 'POST', headers, body: body() })
      expect(text).not.toContain(victim.email)
      expect([403, 404]).toContain(status)
    }
  })
})
