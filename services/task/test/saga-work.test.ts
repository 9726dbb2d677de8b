import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { taskInternal } from '../../shared/contracts/task/internal.ts'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import type { Documents, StoredDocument } from '../../shared/kit/events/store/store.ts'
import { ann, problemOf, taskOf, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeEach(async () => { bench = await workbench() })
afterEach(() => bench.close())
const saga = { organizationId: 'acme', sagaId: 'delete-project.1' }

describe('what the sagas of others ask', () => {
  it('creates the tasks of a template with their links, or none, once', async () => {
    const project = bench.server.client(taskInternal, { caller: 'project' })
    const body = { ...saga, projectId: 'p1', actor: 'ann', tasks: [{ id: 'x1', title: 'first' }, { id: 'x2', title: 'second', blockedBy: ['x1'], parentId: 'x1' }] }
    expect(await project.createTasks({ body })).toEqual({ created: 2 })
    expect(await project.createTasks({ body })).toEqual({ created: 2 })
    expect(taskOf(await bench.call(ann, 'GET', '/api/tasks/x2'))).toMatchObject({ blockedBy: ['x1'], reporterId: 'ann', version: 2 })
    await expect(project.createTasks({ body: { ...body, sagaId: 's.2', tasks: [{ id: 'y1', title: 'a', blockedBy: ['y2'] }, { id: 'y2', title: 'b', blockedBy: ['y1'] }] } })).rejects.toMatchObject({ code: 'dependency-cycle' })
    expect((await bench.call(ann, 'GET', '/api/tasks/y1')).status).toBe(404)
    expect(await project.discardTasks({ body: { ...saga, projectId: 'p1' } })).toEqual({ discarded: 2 })
    expect((await bench.call(ann, 'GET', '/api/tasks/x1')).status).toBe(404)
    await expect(project.createTasks({ body })).rejects.toMatchObject({ code: 'discarded' })
  })
  it('deletes the tasks of a project and brings back those that it deleted', async () => {
    const [kept, gone] = [await bench.created('kept'), await bench.created('gone before')]
    await bench.call(ann, 'DELETE', `/api/tasks/${gone.id}`)
    const project = bench.server.client(taskInternal, { caller: 'project' })
    const body = { ...saga, projectId: 'p1' }
    expect(await project.deleteProjectTasks({ body })).toEqual({ deleted: 1 })
    expect((await bench.call(ann, 'GET', `/api/tasks/${kept.id}`)).status).toBe(404)
    expect(await project.restoreProjectTasks({ body })).toEqual({ restored: 1 })
    expect((await bench.call(ann, 'GET', `/api/tasks/${kept.id}`)).status).toBe(200)
    expect((await bench.call(ann, 'GET', `/api/tasks/${gone.id}`)).status).toBe(404)
  })
  it('brings back no task of somebody who has left the project meanwhile, be it restored alone or with the project', async () => {
    const [alone, along] = [await bench.created('alone', { assigneeId: 'bob' }), await bench.created('along', { assigneeId: 'bob' })]
    const project = bench.server.client(taskInternal, { caller: 'project' })
    await bench.call(ann, 'DELETE', `/api/tasks/${alone.id}`)
    await project.deleteProjectTasks({ body: { ...saga, projectId: 'p1' } })
    const p1 = bench.projects.get('p1')
    if (p1) bench.projects.set('p1', { ...p1, version: 2, members: p1.members.filter(m => m.userId !== 'bob') })
    expect(await project.restoreProjectTasks({ body: { ...saga, projectId: 'p1' } })).toEqual({ restored: 1 })
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${along.id}`)).assigneeId).toBeNull()
    expect(taskOf(await bench.call(ann, 'POST', `/api/tasks/${alone.id}/restore`)).assigneeId).toBeNull()
  })
  it('lets nothing more into a project whose tasks it deletes, though it has not heard yet that the project is deleted', async () => {
    await bench.created('before')
    const p1 = bench.projects.get('p1')
    if (p1) bench.projects.set('p1', { ...p1, version: 2, deletedAt: bench.clock.now() })
    expect(await bench.server.client(taskInternal, { caller: 'project' }).deleteProjectTasks({ body: { ...saga, projectId: 'p1' } })).toEqual({ deleted: 1 })
    expect((await bench.call(ann, 'POST', '/api/tasks', { projectId: 'p1', title: 'late' })).status).toBe(404)
  })
  it('finds the tasks, too, that a process made and died before the read model had them', async () => {
    const store = memoryStore()
    const documents = <D extends StoredDocument>(name: string): Documents<D> => ({ ...store.documents<D>(name), ...(name === 'tasks' && { put: () => new Promise<void>(() => {}) }) })
    const dying = await workbench({ store: { ...store, documents } })
    const { id } = await dying.created('left behind')
    await dying.server.close()
    const next = await workbench({ store })
    expect(await next.server.client(taskInternal, { caller: 'project' }).deleteProjectTasks({ body: { ...saga, projectId: 'p1' } })).toEqual({ deleted: 1 })
    expect((await next.call(ann, 'GET', `/api/tasks/${id}`)).status).toBe(404)
    await next.close()
  })
  it('releases a leaving person, answers the same again, and takes it back', async () => {
    const { id } = await bench.created('his', { assigneeId: 'bob' })
    const user = bench.server.client(taskInternal, { caller: 'user' })
    const body = { organizationId: 'acme', userId: 'bob', sagaId: 'close-account.1' }
    for (let i = 0; i < 2; i++) expect(await user.releaseTasks({ body })).toEqual({ released: [{ taskId: id }] })
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`)).assigneeId).toBeNull()
    expect(await user.reassignTasks({ body: { ...body, released: [{ taskId: id }] } })).toEqual({ reassigned: 1 })
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`)).assigneeId).toBe('bob')
  })
  it('is refused to services that may not, and to nobody', async () => {
    const body = { organizationId: 'acme', userId: 'bob', sagaId: 's.1' }
    expect(problemOf(await bench.server.request('POST', '/internal/tasks/release', { caller: 'project', body }))[0]).toBe(403)
    expect(problemOf(await bench.server.request('POST', '/internal/tasks/release', { as: ann, body }))[0]).toBe(401)
  })
})
