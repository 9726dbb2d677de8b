import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultWorkflow, type Workflow } from '../../shared/contracts/workflow.ts'
import { taskInternal } from '../../shared/contracts/task/internal.ts'
import { taskChanges } from '../commands/change-task.ts'
import { sagaWork } from '../commands/saga-work.ts'
import { ann, bob, problemOf, taskOf, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeEach(async () => { bench = await workbench() })
afterEach(() => bench.close())
const withQa: Workflow = {
  ...defaultWorkflow, statuses: [...defaultWorkflow.statuses, { key: 'qa', name: 'QA', category: 'review' }],
  transitions: [...defaultWorkflow.transitions, { from: 'todo', to: 'qa', roles: ['manager'] }],
}
const inQa = { projectId: 'p1', title: 'in the new status', status: 'qa' }

describe('a project that was changed before the task service heard of it', () => {
  beforeEach(async () => { await bench.created('brings the copy') })

  it('lets a new task begin in a status that its workflow has only now', async () => {
    bench.setWorkflow(withQa)
    expect(taskOf(await bench.call(ann, 'POST', '/api/tasks', inQa), 201).status).toBe('qa')
  })
  it('lets those of a bulk request begin there, whose answer is kept under its key', async () => {
    bench.setWorkflow(withQa)
    const { body } = await bench.call(ann, 'POST', '/api/tasks/bulk', { operations: [{ op: 'create', key: 'one', task: inQa }] }, { 'Idempotency-Key': 'k-1' })
    expect(Object(body).results).toMatchObject([{ status: 201 }])
  })
  it('lets a role move and create that may only now', async () => {
    bench.setWorkflow(withQa)
    const { id } = await bench.created('moved', {}, bob)
    expect(problemOf(await bench.call(bob, 'PATCH', `/api/tasks/${id}/status`, { status: 'qa' }))).toEqual([403, 'role-not-permitted'])
    bench.setWorkflow({ ...withQa, transitions: [...defaultWorkflow.transitions, { from: 'todo', to: 'qa' }] })
    expect(taskOf(await bench.call(bob, 'PATCH', `/api/tasks/${id}/status`, { status: 'qa' })).status).toBe('qa')
  })
  it('lets a person move what his new role lets him', async () => {
    const { id } = await bench.created('moved')
    bench.setWorkflow(withQa)
    expect(problemOf(await bench.call(bob, 'POST', '/api/tasks', inQa))).toEqual([403, 'role-not-permitted'])
    bench.changeProject({ members: [{ userId: 'bob', role: 'manager', allocationPercent: 0 }] })
    expect(taskOf(await bench.call(bob, 'PATCH', `/api/tasks/${id}/status`, { status: 'qa' })).status).toBe('qa')
  })
  it('refuses, once his tasks were released, to give another one to who has left it', async () => {
    const { id } = await bench.created('nobody\'s')
    bench.changeProject({ members: bench.projects.get('p1')?.members.filter(m => m.userId !== 'bob') ?? [] })
    await bench.server.client(taskInternal, { caller: 'user' }).releaseTasks({ body: { organizationId: 'acme', userId: 'bob', sagaId: 'close-account.1' } })
    expect(problemOf(await bench.call(ann, 'PUT', `/api/tasks/${id}`, { assigneeId: 'bob' }))).toEqual([409, 'not-a-member'])
  })
})

describe('a late call to delete the tasks of a project', () => {
  const meta = () => ({ actor: 'service:project', at: bench.clock.now(), correlationId: 'x', causationId: null, commandId: 'x' })

  it('finds it there, and leaves them', async () => {
    const { id } = await bench.created('there')
    expect(await sagaWork(bench.deps, taskChanges(bench.deps)).deleteAll('acme', 'p1', 'delete-project.1', meta())).toBe(0)
    expect((await bench.call(ann, 'GET', `/api/tasks/${id}`)).status).toBe(200)
  })
  it('leaves those that come while it looks, once the project is there again', async () => {
    await bench.created('before')
    const { taskView } = bench.deps
    const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const now: typeof taskView.now = async (...asked) => { held.resolve(); await released.promise; return taskView.now(...asked) }
    bench.changeProject({ deletedAt: bench.clock.now() })
    const deleting = sagaWork({ ...bench.deps, taskView: { ...taskView, now } }, taskChanges(bench.deps)).deleteAll('acme', 'p1', 'delete-project.1', meta())
    await held.promise
    bench.changeProject({ deletedAt: null })
    const { id } = await bench.created('after')
    released.resolve()
    expect(await deleting).toBe(0)
    expect((await bench.call(ann, 'GET', `/api/tasks/${id}`)).status).toBe(200)
  })
})
