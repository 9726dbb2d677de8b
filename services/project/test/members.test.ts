import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectApi } from '../../shared/contracts/project/http.ts'
import { projectInternal } from '../../shared/contracts/project/internal.ts'
import { organizationId, people, startProjectService, type TestService } from './harness.ts'

let service: TestService
beforeAll(async () => { service = await startProjectService() })
afterAll(async () => { await service.stop() })
const { ann, bob, guest, owner } = people
const create = async (members: { userId: string; role: 'owner' | 'manager' | 'contributor' | 'viewer' }[] = []): Promise<string> => {
  const project = await service.client(projectApi, { as: ann }).createProject({ body: { name: 'Team', members } })
  return 'id' in project ? project.id : ''
}
const rolesOf = async (id: string) => Object.fromEntries((await service.client(projectApi, { as: owner }).getProject({ params: { id } })).members.map(m => [m.userId, m.role]))
const call = (method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object, as = ann) => service.request(method, `/api/projects/${path}`, { as, ...(body && { body }) })

describe('members', () => {
  it('are added by id or by address', async () => {
    const id = await create()
    expect(await call('POST', `${id}/members`, { userId: 'bob', role: 'manager', allocationPercent: 30 })).toMatchObject({
      status: 201, body: { version: 2, members: [{ userId: 'ann' }, { userId: 'bob', role: 'manager', allocationPercent: 30 }] },
    })
    expect(await call('POST', `${id}/members`, { email: 'gus@example.org' })).toMatchObject({ status: 201, body: { members: [{}, {}, { userId: 'gus', role: 'contributor' }] } })
    expect(await call('POST', `${id}/members`, { userId: 'bob' })).toMatchObject({ status: 409, body: { code: 'already-member' } })
  })
  it('are people of the organization', async () => {
    const id = await create()
    expect(await call('POST', `${id}/members`, { userId: 'sam' })).toMatchObject({ status: 404, body: { code: 'user-unknown' } })
    expect(await call('POST', `${id}/members`, { email: 'nobody@example.org' }))
      .toMatchObject({ status: 404, body: { code: 'user-unknown', context: { invite: '/api/users/invitations' } } })
  })
  it.each([
    [{}], [{ userId: 'bob', email: 'bob@example.org' }], [{ email: 'no address' }], [{ userId: 'bob', role: 'god' }],
    [{ userId: 'bob', allocationPercent: -1 }], [{ userId: { $gt: '' } }],
  ])('refuses %j', async body =>
    expect((await call('POST', `${await create()}/members`, body)).status).toBe(400))
  it('are managed by managers, owners by owners', async () => {
    const id = await create([{ userId: 'bob', role: 'manager' }, { userId: 'gus', role: 'contributor' }])
    expect((await call('PUT', `${id}/members/gus`, { role: 'viewer' }, bob)).status).toBe(200)
    expect((await call('PUT', `${id}/members/gus`, { role: 'owner' }, bob)).status).toBe(403)
    expect((await call('PUT', `${id}/members/ann`, { allocationPercent: 10 }, bob)).status).toBe(403)
    expect((await call('DELETE', `${id}/members/ann`, undefined, bob)).status).toBe(403)
    expect((await call('POST', `${id}/members`, { userId: 'olga' }, guest)).status).toBe(403)
    expect((await call('PUT', `${id}/members/nobody`, { role: 'viewer' })).status).toBe(404)
  })
  it('can leave, but not the last owner', async () => {
    const id = await create([{ userId: 'gus', role: 'viewer' }])
    expect((await call('DELETE', `${id}/members/gus`, undefined, guest)).status).toBe(204)
    expect(await call('DELETE', `${id}/members/ann`)).toMatchObject({ status: 409, body: { code: 'sole-project-owner' } })
    expect(await call('PUT', `${id}/members/ann`, { role: 'viewer' })).toMatchObject({ status: 409, body: { code: 'sole-project-owner' } })
  })
  it('are told to the others', async () => {
    const id = await create([{ userId: 'bob', role: 'viewer' }])
    await call('DELETE', `${id}/members/bob`)
    await service.log.settled()
    expect(service.published().filter(e => e.subject === id)).toMatchObject([
      { type: 'ProjectCreated', data: { ownerId: 'ann' }, aggregateversion: 1 },
      { type: 'MemberAdded', data: { userId: 'ann', role: 'owner' } },
      { type: 'MemberAdded', data: { userId: 'bob' } },
      { type: 'MemberRemoved', data: { userId: 'bob' }, aggregateversion: 2, organizationid: organizationId, actor: 'ann' },
    ])
  })
})

describe('other services', () => {
  const internal = (caller: 'task' | 'user' | 'notification') => service.client(projectInternal, { caller })
  it('see a project with its workflow, also a deleted one', async () => {
    const id = await create()
    const asked = { params: { id }, query: { organizationId } }
    expect(await internal('task').getProject(asked)).toMatchObject({ id, organizationId, status: 'active', deletedAt: null, workflow: { initial: 'todo' }, version: 1 })
    await call('DELETE', id)
    expect(await internal('task').getProject(asked)).toMatchObject({ id, deletedAt: service.clock.now() })
    await expect(internal('task').getProject({ ...asked, query: { organizationId: 'org-2' } })).rejects.toMatchObject({ kind: 'missing', code: 'project-unknown' })
  })
  it('see that somebody belongs to a project while it is deleted, for it may come back', async () => {
    const id = await create()
    await call('DELETE', id)
    const { projectIds } = await internal('notification').memberships({ params: { userId: 'ann' }, query: { organizationId } })
    expect(projectIds).toContainEqual({ projectId: id, role: 'owner' })
  })
  it('are let in only when they are listed', async () => {
    expect((await service.request('GET', `/internal/memberships/ann?organizationId=${organizationId}`, { caller: 'user' })).status).toBe(403)
    expect((await service.request('GET', `/internal/memberships/ann?organizationId=${organizationId}`, { as: ann })).status).toBe(401)
  })
  it('take a person out of all projects and back in, however often they ask', async () => {
    const [own, shared, others] = [
      await create(),
      await create([{ userId: 'bob', role: 'owner' }, { userId: 'adam', role: 'viewer' }]),
      await create([{ userId: 'bob', role: 'contributor' }]),
    ]
    const before = await Promise.all([own, shared, others].map(rolesOf))
    const leave = (handOverTo: string | null) => internal('user').leave({ body: { organizationId, userId: 'ann', sagaId: 'close-account.1', handOverTo } })
    await expect(leave(null)).rejects.toMatchObject({ kind: 'rule', code: 'sole-project-owner', detail: { projectIds: expect.arrayContaining([own, others]) } })
    expect(await rolesOf(shared)).toEqual(before[1])
    const first = await leave('olga')
    expect(await leave('olga')).toEqual(first)
    expect(first.left).toEqual(expect.arrayContaining([own, shared, others].map(projectId => ({ projectId, role: 'owner', allocationPercent: 0 }))))
    expect(await rolesOf(own)).toEqual({ olga: 'owner' })
    expect(await rolesOf(shared)).toEqual({ bob: 'owner', adam: 'viewer' })
    const history = await service.client(projectApi, { as: owner }).projectHistory({ params: { id: own }, query: {} })
    expect(history.items[0]).toMatchObject({ actor: expect.stringContaining('service:'), events: ['MemberRemoved', 'MemberAdded'] })
    expect(await rolesOf(others)).toEqual({ bob: 'contributor', olga: 'owner' })
    expect((await internal('notification').memberships({ params: { userId: 'ann' }, query: { organizationId } })).projectIds).toEqual([])
    const rejoin = () => internal('user').rejoin({ body: { organizationId, userId: 'ann', sagaId: 'close-account.1', left: first.left } })
    expect((await rejoin()).rejoined).toBe(first.left.length)
    expect((await rejoin()).rejoined).toBe(0)
    const after = await Promise.all([own, shared, others].map(rolesOf))
    expect(after).toEqual(before)
    const { projectIds } = await internal('notification').memberships({ params: { userId: 'ann' }, query: { organizationId } })
    expect(projectIds).toEqual(expect.arrayContaining([{ projectId: own, role: 'owner' }]))
  })
})
