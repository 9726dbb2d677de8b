import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { taskInternal } from '../../shared/contracts/task/internal.ts'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Documents, StoredDocument } from '../../shared/kit/events/store/store.ts'
import { taskChanges } from '../commands/change-task.ts'
import { sagaWork, type Plan } from '../commands/saga-work.ts'
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
    const circle = [{ id: 'y1', title: 'a', blockedBy: ['y2'] }, { id: 'y2', title: 'b', blockedBy: ['y1'] }]
    await expect(project.createTasks({ body: { ...body, sagaId: 's.2', tasks: circle } })).rejects.toMatchObject({ code: 'dependency-cycle' })
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
    bench.changeProject({ deletedAt: bench.clock.now() })
    expect(await project.deleteProjectTasks({ body })).toEqual({ deleted: 1 })
    expect((await bench.call(ann, 'GET', `/api/tasks/${kept.id}`)).status).toBe(404)
    bench.changeProject({ deletedAt: null })
    expect(await project.restoreProjectTasks({ body })).toEqual({ restored: 1 })
    expect((await bench.call(ann, 'GET', `/api/tasks/${kept.id}`)).status).toBe(200)
    expect((await bench.call(ann, 'GET', `/api/tasks/${gone.id}`)).status).toBe(404)
  })
  it('brings back no task of somebody who has left the project meanwhile, be it restored alone or with the project', async () => {
    const [alone, along] = [await bench.created('alone', { assigneeId: 'bob' }), await bench.created('along', { assigneeId: 'bob' })]
    const project = bench.server.client(taskInternal, { caller: 'project' })
    await bench.call(ann, 'DELETE', `/api/tasks/${alone.id}`)
    bench.changeProject({ deletedAt: bench.clock.now() })
    await project.deleteProjectTasks({ body: { ...saga, projectId: 'p1' } })
    bench.changeProject({ deletedAt: null, members: bench.projects.get('p1')?.members.filter(m => m.userId !== 'bob') ?? [] })
    expect(await project.restoreProjectTasks({ body: { ...saga, projectId: 'p1' } })).toEqual({ restored: 1 })
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${along.id}`)).assigneeId).toBeNull()
    expect(taskOf(await bench.call(ann, 'POST', `/api/tasks/${alone.id}/restore`)).assigneeId).toBeNull()
  })
  it('deletes and restores over several attempts, each of which reads only what is left', async () => {
    const read: number[] = []
    const store = memoryStore()
    const documents = <D extends StoredDocument>(name: string, fields?: readonly string[]): Documents<D> => {
      const all = store.documents<D>(name, fields)
      return name === 'tasks' ? { ...all, find: async filter => { const rows = await all.find(filter); read.push(rows.length); return rows } } : all
    }
    const slow = await workbench({ store: { ...store, documents } })
    for (let i = 0; i < 10; i++) await slow.created(`t${i}`)
    // So many get done before nobody waits any more.
    let left = 0
    const { tasks } = slow.deps
    const handle: typeof tasks.handle = (...command) => (left-- > 0 ? tasks.handle(...command) : Promise.reject(new Refused('unavailable', 'store-away')))
    const work = sagaWork({ ...slow.deps, tasks: { ...tasks, handle } }, taskChanges(slow.deps))
    const meta = { actor: 'service:project', at: slow.clock.now(), correlationId: 'x', causationId: null, commandId: 'x' }
    const attempts = async (step: 'deleteAll' | 'restoreAll'): Promise<number[]> => {
      read.length = 0
      for (let done = false; !done && read.length < 9;) {
        left = 4
        done = await work[step]('acme', 'p1', saga.sagaId, meta).then(() => true, () => false)
      }
      return [...read]
    }
    slow.changeProject({ deletedAt: slow.clock.now() })
    expect(await attempts('deleteAll')).toEqual([10, 6, 2])
    slow.changeProject({ deletedAt: null })
    expect(await attempts('restoreAll')).toEqual([10, 6, 2])
    await slow.close()
  })
  it('keeps the tasks of a project hidden that was deleted again before they heard that it was restored, and brings them back when it is', async () => {
    const { id } = await bench.created('hidden')
    const project = bench.server.client(taskInternal, { caller: 'project' })
    const p1 = bench.projects.get('p1')
    const body = (n: number) => ({ ...saga, projectId: 'p1', sagaId: `delete-project.${n}` })
    const isNow = (version: number, deletedAt: string | null): void => { if (p1) bench.projects.set('p1', { ...p1, version, deletedAt }) }
    // Deleted, restored, and deleted again while the task service was away.
    isNow(4, bench.clock.now())
    await project.deleteProjectTasks({ body: body(1) })
    await project.deleteProjectTasks({ body: body(2) })
    expect(await project.restoreProjectTasks({ body: body(1) })).toEqual({ restored: 0 })
    expect((await bench.deps.tasks.load('acme', id)).state).toMatchObject({ deletedAt: expect.any(String) })
    isNow(5, null)
    expect(await project.restoreProjectTasks({ body: body(2) })).toEqual({ restored: 1 })
    expect((await bench.call(ann, 'GET', `/api/tasks/${id}`)).status).toBe(200)
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
    const documents = <D extends StoredDocument>(name: string): Documents<D> =>
      ({ ...store.documents<D>(name), ...(name === 'tasks' && { put: () => new Promise<void>(() => {}) }) })
    const dying = await workbench({ store: { ...store, documents } })
    const { id } = await dying.created('left behind')
    await dying.server.close()
    const next = await workbench({ store })
    next.changeProject({ deletedAt: next.clock.now() })
    expect(await next.server.client(taskInternal, { caller: 'project' }).deleteProjectTasks({ body: { ...saga, projectId: 'p1' } })).toEqual({ deleted: 1 })
    expect((await next.call(ann, 'GET', `/api/tasks/${id}`)).status).toBe(404)
    await next.close()
  })
  it('releases a leaving person, answers the same again, and takes it back', async () => {
    const { id } = await bench.created('his', { assigneeId: 'bob' })
    const user = bench.server.client(taskInternal, { caller: 'user' })
    const body = { organizationId: 'acme', userId: 'bob', sagaId: 'close-account.1' }
    for (let i = 0; i < 2; i++) expect(await user.releaseTasks({ body })).toEqual({ released: 1 })
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`)).assigneeId).toBeNull()
    expect(await user.reassignTasks({ body })).toEqual({ reassigned: 1 })
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`)).assigneeId).toBe('bob')
  })
  it('releases in each organization that one saga leaves, and takes it back in each', async () => {
    const { id } = await bench.created('his', { assigneeId: 'bob' })
    const user = bench.server.client(taskInternal, { caller: 'user' })
    const leaving = (organizationId: string) => ({ body: { organizationId, userId: 'bob', sagaId: 'close-account.1' } })
    expect([await user.releaseTasks(leaving('elsewhere')), await user.releaseTasks(leaving('acme'))]).toEqual([{ released: 0 }, { released: 1 }])
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`)).assigneeId).toBeNull()
    expect([await user.reassignTasks(leaving('acme')), await user.reassignTasks(leaving('elsewhere'))]).toEqual([{ reassigned: 1 }, { reassigned: 0 }])
  })
  it('takes back what is named by a saga whose release an older version wrote down', async () => {
    const { id } = await bench.created('his')
    const body = { organizationId: 'acme', userId: 'bob', sagaId: 'close-account.1', released: [{ taskId: id }] }
    expect(await bench.server.client(taskInternal, { caller: 'user' }).reassignTasks({ body })).toEqual({ reassigned: 1 })
  })
  it('takes back all of a release that an older version began and this one ended', async () => {
    const [begun, left] = [await bench.created('released by then'), await bench.created('his still', { assigneeId: 'bob' })]
    const taken = await bench.created('hers by then', { assigneeId: 'ann' })
    const taskIds = [begun.id, left.id, taken.id]
    await bench.deps.log.store.documents<Plan>('saga_plans').put([{ _id: 'close-account.1:release', version: 1, taskIds }], true)
    const user = bench.server.client(taskInternal, { caller: 'user' })
    const body = { organizationId: 'acme', userId: 'bob', sagaId: 'close-account.1' }
    expect([await user.releaseTasks({ body }), await user.reassignTasks({ body })]).toEqual([{ released: 3 }, { reassigned: 2 }])
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${begun.id}`)).assigneeId).toBe('bob')
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${taken.id}`)).assigneeId).toBe('ann')
  })
  it('takes no task back from whoever has taken it over meanwhile', async () => {
    const { id } = await bench.created('his', { assigneeId: 'bob' })
    const user = bench.server.client(taskInternal, { caller: 'user' })
    const body = { organizationId: 'acme', userId: 'bob', sagaId: 'close-account.1' }
    await user.releaseTasks({ body })
    await bench.call(ann, 'PUT', `/api/tasks/${id}`, { assigneeId: 'ann' })
    expect(await user.reassignTasks({ body })).toEqual({ reassigned: 0 })
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`)).assigneeId).toBe('ann')
  })
  it('is refused to services that may not, and to nobody', async () => {
    const body = { organizationId: 'acme', userId: 'bob', sagaId: 's.1' }
    expect(problemOf(await bench.server.request('POST', '/internal/tasks/release', { caller: 'project', body }))[0]).toBe(403)
    expect(problemOf(await bench.server.request('POST', '/internal/tasks/release', { as: ann, body }))[0]).toBe(401)
  })
})
