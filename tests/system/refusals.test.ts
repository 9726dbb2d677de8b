import { beforeAll, describe, expect, it } from 'vitest'
import { projectApi } from '../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import { call, refused, send } from '../support/call.ts'
import { founder, type Person } from '../support/people.ts'

describe('what must be refused', () => {
  let owner: Person
  let stranger: Person
  let projectId: string
  let taskId: string

  beforeAll(async () => {
    owner = await founder('Olga Owner')
    stranger = await founder('Sam Stranger')
    const project = await call(projectApi.createProject, { token: owner.token, body: { name: 'Fortress' } })
    projectId = 'id' in project ? project.id : ''
    taskId = (await call(taskApi.createTask, { token: owner.token, body: { projectId, title: 'Guarded' } })).id
  })
  const create = (body: unknown, headers: Record<string, string> = {}) => send('POST', '/api/tasks', { token: owner.token, body, headers })

  const bodies: [string, unknown, number, string?][] = [
    ['malformed JSON', '{"title":', 400],
    ['no JSON object', '[1,2]', 400],
    ['a missing field', { title: 'No project' }, 400, 'projectId'],
    ['an unknown field', { title: 'x', projectId: 'p', colour: 'red' }, 400, 'colour'],
    ['a Mongo operator', { title: { $ne: null }, projectId: 'p' }, 400, 'title'],
    ['a Mongo operator as an id', { title: 'x', projectId: { $gt: '' } }, 400, 'projectId'],
    ['a prototype key', '{"title":"x","projectId":"p","__proto__":{"admin":true}}', 400, '__proto__'],
    ['an absurd date', { title: 'x', projectId: 'p', dueAt: '9999-99-99' }, 400, 'dueAt'],
    ['a date out of range', { title: 'x', projectId: 'p', dueAt: '0001-01-01T00:00:00Z' }, 400, 'dueAt'],
    ['JSON that is too deep', `{"title":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 400],
    ['a body of 2 MiB', JSON.stringify({ title: 'x'.repeat(2 * 1024 * 1024) }), 413],
  ]
  it.each(bodies)('%s', async (_, body, status, path) => {
    const response = await create(body)
    expect(response.status, response.text).toBe(status)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    if (path) expect(response.text).toContain(path)
    expect(response.text).not.toMatch(/\bat .*\.ts:|node_modules/)
  })

  it('another content type', async () => { expect((await create('<task/>', { 'content-type': 'application/xml' })).status).toBe(415) })

  it.each([['cursor=%FF%FE'], ['cursor=eyJhIjoxfQ'], ['limit=0'], ['limit=100000'], ['status[$ne]=x'], ['nonsense=1'], ['dueBefore=tomorrow']])('the query %s', async query => {
    const { status, headers } = await send('GET', `/api/tasks?${query}`, { token: owner.token })
    expect(status).toBe(400)
    expect(headers.get('content-type')).toContain('application/problem+json')
  })

  it("another organization's ids, as if they did not exist", async () => {
    const foreign = await refused(taskApi.getTask, { token: stranger.token, params: { id: taskId } })
    const unknown = await refused(taskApi.getTask, { token: stranger.token, params: { id: '0190a000-0000-7000-8000-000000000000' } })
    expect(foreign).toMatchObject({ status: 404, code: unknown.code, detail: unknown.detail })
    for (const [operation, input] of [
      [taskApi.updateTask, { params: { id: taskId }, body: { title: 'Mine' } }],
      [taskApi.deleteTask, { params: { id: taskId } }],
      [taskApi.changeStatus, { params: { id: taskId }, body: { status: 'in_progress' } }],
      [taskApi.taskHistory, { params: { id: taskId } }],
      [taskApi.createTask, { body: { projectId, title: 'Intruder' } }],
      [projectApi.getProject, { params: { id: projectId } }],
      [projectApi.deleteProject, { params: { id: projectId } }],
    ] as const) expect(await refused(operation, { ...input, token: stranger.token })).toMatchObject({ status: 404 })
  })

  it('an illegal transition, saying what is allowed', async () => {
    const problem = await refused(taskApi.changeStatus, { token: owner.token, params: { id: taskId }, body: { status: 'done' } })
    expect(problem).toMatchObject({ status: 409, code: 'illegal-transition' })
    expect(JSON.stringify(problem)).toContain('in_progress')
  })

  const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  it('no token, a forged one, an unsigned one, and one of a foreign key', async () => {
    const [header = '', payload = '', signature = ''] = owner.token.split('.')
    const claims: object = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const tokens = [
      undefined,
      'nonsense',
      `${header}.${b64({ ...claims, role: 'owner', org: stranger.organizationId })}.${signature}`,
      `${b64({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      `${b64({ alg: 'HS256', typ: 'at+jwt' })}.${payload}.${signature}`,
      `${b64({ alg: 'EdDSA', typ: 'at+jwt', kid: '../../etc/passwd' })}.${payload}.${signature}`,
    ]
    for (const token of tokens) expect(await refused(taskApi.getTask, { ...(token && { token }), params: { id: taskId } })).toMatchObject({ status: 401 })
  })

  it('a refresh token that was used before, and ends its session', async () => {
    const person = await founder('Rita Replay')
    const next = await call(userApi.refresh, { body: { refreshToken: person.refreshToken } })
    const newest = await call(userApi.refresh, { body: { refreshToken: next.refreshToken } })
    expect(await refused(userApi.refresh, { body: { refreshToken: person.refreshToken } })).toMatchObject({ status: 401 })
    expect(await refused(userApi.refresh, { body: { refreshToken: newest.refreshToken } })).toMatchObject({ status: 401 })
  })

  it('an unknown path, an internal one, and path tricks', async () => {
    for (const path of [
      '/api/nothing', '/internal/feed?partition=0&after=0', '/api/tasks/..%2f..%2finternal%2ffeed',
      '/api/tasks/%2e%2e/%2e%2e/internal/feed', '/v1.0/invoke/task/method/internal/feed', '//internal/feed',
    ]) expect([400, 404]).toContain((await send('GET', path, { token: owner.token })).status)
    expect((await send('DELETE', '/api/users/login')).status).toBe(405)
  })
})
