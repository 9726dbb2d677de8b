import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectApi } from '../../shared/contracts/project/http.ts'
import { projectInternal } from '../../shared/contracts/project/internal.ts'
import { organizationId, people, startProjectService, type TestService } from './harness.ts'

let service: TestService
beforeEach(async () => { service = await startProjectService() })
afterEach(async () => { await service.stop() })
const { ann, bob, owner, stranger } = people
const api = () => service.client(projectApi, { as: ann })
const saga = async (id: string, as = ann) => service.request('GET', `/api/sagas/${id}`, { as })
const finished = (id: string, outcome: string) => expect.poll(async () => (await saga(id)).body).toMatchObject({ state: 'finished', outcome })
const at = (id: string, step: string) => expect.poll(async () => (await saga(id)).body).toMatchObject({ step })
const status = async (id: string) => (await service.request('GET', `/api/projects/${id}`, { as: ann })).status
const types = (id: string) => service.published().filter(e => e.subject === id).map(e => Reflect.get(e, 'type'))
const bodyOf = (path: string) => service.calls.findLast(c => c.path === path)?.body

const fromTemplate = async (body: object = {}): Promise<{ sagaId: string; projectId: string }> => {
  const answer = await service.request('POST', '/api/projects', { as: ann, body: { name: 'New site', templateId: 'software-delivery', members: [{ userId: 'bob' }], ...body } })
  expect(answer.status).toBe(202)
  return { sagaId: String(Reflect.get(Object(answer.body), 'sagaId')), projectId: String(Reflect.get(Object(answer.body), 'projectId')) }
}

describe('a project from a template', () => {
  it('comes with members, workflow and tasks that wait for each other', async () => {
    const { sagaId, projectId } = await fromTemplate({ startAt: '2026-04-01T00:00:00Z' })
    await finished(sagaId, 'created')
    expect(await api().getProject({ params: { id: projectId } })).toMatchObject({
      name: 'New site', key: 'NS', workflow: { initial: 'backlog' },
      members: [{ userId: 'ann', role: 'owner' }, { userId: 'bob', role: 'contributor' }],
    })
    const sent = Object(bodyOf('/internal/tasks/create-many'))
    expect(sent).toMatchObject({ organizationId, projectId, sagaId, actor: 'ann' })
    expect(sent.tasks).toHaveLength(20)
    const [first, second] = sent.tasks
    expect(second).toMatchObject({
      title: 'Write the problem on one page', blockedBy: [first.id], startAt: '2026-04-06T00:00:00.000Z', dueAt: '2026-04-10T00:00:00.000Z',
      estimateMinutes: 240, labels: ['discovery'],
    })
    await service.log.settled()
    expect(types(projectId)).toEqual(['ProjectCreated', 'MemberAdded', 'MemberAdded'])
    expect((await saga(sagaId, stranger)).status).toBe(404)
  })
  it('leaves nothing when its tasks are refused: no project, and its key is free', async () => {
    service.answer('/internal/tasks/create-many', 409, 'dependency-cycle')
    const { sagaId, projectId } = await fromTemplate()
    await finished(sagaId, 'abandoned: dependency-cycle')
    expect(bodyOf('/internal/tasks/discard')).toEqual({ organizationId, projectId, sagaId })
    expect(await status(projectId)).toBe(404)
    await service.log.settled()
    expect(types(projectId)).toEqual(['ProjectCreated', 'MemberAdded', 'MemberAdded', 'ProjectDeleted'])
    expect((await api().listProjects({ query: {} })).items).toEqual([])
    expect(await api().createProject({ body: { name: 'New site' } })).toMatchObject({ key: 'NS' })
  })
  it('waits while the task service is away, is not seen meanwhile, and gives up at its deadline', async () => {
    service.answer('/internal/tasks/create-many', 503, 'dependency-unavailable')
    const { sagaId, projectId } = await fromTemplate()
    await at(sagaId, 'creating-tasks')
    expect(await status(projectId)).toBe(404)
    const seen = await service.client(projectInternal, { caller: 'task' }).getProject({ params: { id: projectId }, query: { organizationId } })
    expect(seen).toMatchObject({ id: projectId, deletedAt: null })
    service.clock.advance(11 * 60_000)
    await service.fire(sagaId)
    await finished(sagaId, 'abandoned: deadline')
    expect(await status(projectId)).toBe(404)
  })
  it('is made once for one Idempotency-Key, and for a saga that is told to start again', async () => {
    const headers = service.key()
    const ask = () => service.request('POST', '/api/projects', { as: ann, headers, body: { name: 'Once', templateId: 'client-onboarding' } })
    const [first, again] = [await ask(), await ask()]
    expect(again.body).toEqual(first.body)
    await finished(String(Reflect.get(Object(first.body), 'sagaId')), 'created')
    expect(service.calls.filter(c => c.path === '/internal/tasks/create-many')).toHaveLength(1)
  })
  it('refuses an unknown template at once', async () => {
    expect(await service.request('POST', '/api/projects', { as: ann, body: { name: 'X', templateId: 'nope' } })).toMatchObject({ status: 404, body: { code: 'template-unknown' } })
    expect(await service.request('POST', '/api/projects', { as: ann, body: { name: 'X', templateId: 'software-delivery', key: 'K' } })).toMatchObject({ status: 400 })
  })
})

describe('own templates', () => {
  const tasks = [{ key: 'a', title: 'A' }, { key: 'b', title: 'B', blockedBy: ['a'], dueDay: 3 }]
  it('stand beside the shipped ones, for their organization', async () => {
    const { id } = await api().createTemplate({ body: { name: 'Ours', tasks } })
    expect((await api().listTemplates({ query: {} })).items.map(t => [t.name, t.source, t.taskCount])).toEqual([
      ['Software delivery', 'shipped', 20],
      ['Marketing campaign', 'shipped', 17],
      ['Client onboarding', 'shipped', 16],
      ['Ours', 'organization', 2],
    ])
    expect((await service.client(projectApi, { as: stranger }).listTemplates({ query: {} })).items).toHaveLength(3)
    expect((await service.request('GET', `/api/projects/templates/${id}`, { as: stranger })).status).toBe(404)
    const page = await api().listTemplates({ query: { limit: 3 } })
    expect((await api().listTemplates({ query: { limit: 3, cursor: page.nextCursor ?? '' } })).items.map(t => t.name)).toEqual(['Ours'])
    const { sagaId } = await fromTemplate({ templateId: id })
    await finished(sagaId, 'created')
    expect(Object(bodyOf('/internal/tasks/create-many')).tasks).toHaveLength(2)
  })
  it('are each shown once by pages, though others go and come between two', async () => {
    const made = async (name: string): Promise<string> => (await api().createTemplate({ body: { name, tasks } })).id
    const ids = [await made('Page A'), await made('Page B'), await made('Page C')]
    const first = await api().listTemplates({ query: { limit: 5 } })
    await api().removeTemplate({ params: { templateId: ids[0] ?? '' } })
    const second = await api().listTemplates({ query: { limit: 5, cursor: first.nextCursor ?? '' } })
    const names = [...first.items, ...second.items].map(t => t.name)
    expect(names.filter(name => name.startsWith('Page'))).toEqual(['Page A', 'Page B', 'Page C'])
    for (const templateId of ids.slice(1)) await api().removeTemplate({ params: { templateId } })
  })
  it('are removed by whoever made them, and by admins; shipped ones stay', async () => {
    const { id } = await api().createTemplate({ body: { name: 'Ours', tasks } })
    expect((await service.request('DELETE', `/api/projects/templates/${id}`, { as: bob })).status).toBe(403)
    expect((await service.request('DELETE', `/api/projects/templates/${id}`, { as: owner })).status).toBe(204)
    expect((await service.request('DELETE', `/api/projects/templates/${id}`, { as: owner })).status).toBe(404)
    expect((await service.request('DELETE', '/api/projects/templates/software-delivery', { as: owner })).status).toBe(409)
  })
  it.each([
    ['no tasks', [], 400], ['an unknown blocker', [{ key: 'a', title: 'A', blockedBy: ['z'] }], 400], ['a key twice', [tasks[0], tasks[0]], 400],
    ['a circle', [{ key: 'a', title: 'A', blockedBy: ['b'] }, { key: 'b', title: 'B', blockedBy: ['a'] }], 409], ['a day in the past', [{ key: 'a', title: 'A', dueDay: -1 }], 400],
  ])('are refused with %s', async (_, bad, expected) => {
    const answer = await service.request('POST', '/api/projects/templates', { as: ann, body: { name: 'X', tasks: bad } })
    expect(answer.status).toBe(expected)
  })
})

describe('deleting a project', () => {
  const doomed = async (): Promise<{ id: string; sagaId: string }> => {
    const project = await api().createProject({ body: { name: 'Doomed' } })
    const id = 'id' in project ? project.id : ''
    await api().logTime({ params: { id }, body: { minutes: 5, startedAt: '2026-03-02T08:00:00Z' } })
    return { id, ...(await api().deleteProject({ params: { id } })) }
  }
  it('takes it out of sight at once, and for good when its time has run out', async () => {
    const { id, sagaId } = await doomed()
    expect(await status(id)).toBe(404)
    await at(sagaId, 'restorable')
    expect(service.calls.map(c => c.path)).toEqual(['/internal/projects/tasks/delete', '/internal/projects/notifications/delete'])
    service.clock.advance(31_000)
    await service.fire(sagaId)
    await finished(sagaId, 'deleted')
    expect(service.calls.map(c => c.path).slice(2)).toEqual(['/internal/projects/tasks/delete'])
    expect(await service.request('POST', `/api/projects/${id}/restore`, { as: ann })).toMatchObject({ status: 409, body: { code: 'deletion-finished' } })
    await service.log.settled()
    expect(await service.deps.views.time.inProject(organizationId, id)).toEqual([])
    expect(types(id).at(-1)).toBe('ProjectDeleted')
    expect(await api().createProject({ body: { name: 'Doomed' } })).toMatchObject({ key: 'DOOMED' })
  })
  it('can be undone meanwhile, with its tasks, notifications and time', async () => {
    const { id, sagaId } = await doomed()
    await at(sagaId, 'restorable')
    expect((await service.request('POST', `/api/projects/${id}/restore`, { as: bob })).status).toBe(403)
    const restorable = async (as = ann): Promise<string[]> => {
      const { items } = await service.client(projectApi, { as }).listProjects({ query: { deleted: 'true' } })
      return items.map(project => project.id)
    }
    expect([await restorable(), await restorable(bob), await restorable(stranger)]).toEqual([[id], [], []])
    expect(await service.request('POST', `/api/projects/${id}/restore`, { as: ann })).toMatchObject({ status: 200, body: { id, name: 'Doomed' } })
    expect(await restorable()).toEqual([])
    await finished(sagaId, 'restored')
    expect(service.calls.map(c => c.path).slice(2)).toEqual(['/internal/projects/tasks/restore', '/internal/projects/notifications/restore'])
    expect((await api().listTime({ params: { id }, query: {} })).items).toHaveLength(1)
    expect(await service.request('POST', `/api/projects/${id}/restore`, { as: ann })).toMatchObject({ status: 409, body: { code: 'not-deleted' } })
    await service.log.settled()
    expect(types(id).at(-1)).toBe('ProjectRestored')
  })
  it('is undone by itself when the tasks cannot be reached for an hour', async () => {
    service.answer('/internal/projects/tasks/delete', 503, 'dependency-unavailable')
    const { id, sagaId } = await doomed()
    await at(sagaId, 'hiding-tasks')
    service.clock.advance(3_601_000)
    await service.fire(sagaId)
    await finished(sagaId, 'restored')
    expect(await status(id)).toBe(200)
  })
})
