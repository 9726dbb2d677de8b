import { beforeAll, describe, expect, it } from 'vitest'
import { analyticsApi } from '../../services/shared/contracts/analytics/http.ts'
import { notificationApi } from '../../services/shared/contracts/notification/http.ts'
import { projectApi } from '../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { answer, call, refused } from '../support/call.ts'
import { eventually } from '../support/eventually.ts'
import { mailTo } from '../support/mails.ts'
import { colleague, founder, type Person } from '../support/people.ts'

// What is late when it comes is said to be so at once, which would be one version more.
const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString()

describe('a team at work', { timeout: 180_000 }, () => {
  let owner: Person
  let bob: Person
  let projectId: string

  beforeAll(async () => {
    owner = await founder()
    bob = await colleague(owner)
    const project = await call(projectApi.createProject, { token: owner.token, body: { name: 'Moon landing' } })
    if (!('id' in project)) throw new Error('a project without a template is there at once')
    projectId = project.id
    await call(projectApi.addMember, { token: owner.token, params: { id: projectId }, body: { userId: bob.id, role: 'contributor' } })
  })
  const newTask = (body: object) => call(taskApi.createTask, { token: owner.token, body: { projectId, ...body } })

  it('takes a task from creation to completion, and every part hears of it', async () => {
    const task = await newTask({ title: 'Build the rocket', assigneeId: bob.id, priority: 'high', difficulty: 8, dueAt: inAMonth })
    expect(task).toMatchObject({ status: 'todo', version: 1, reporterId: owner.id })
    for (const status of ['in_progress', 'in_review', 'done']) await call(taskApi.changeStatus, { token: bob.token, params: { id: task.id }, body: { status } })
    const done = await call(taskApi.getTask, { token: owner.token, params: { id: task.id } })
    expect(done).toMatchObject({ status: 'done', version: 4 })
    expect(done.completedAt).not.toBeNull()
    expect(await call(taskApi.getTask, { token: owner.token, params: { id: task.id }, query: { version: 2 } })).toMatchObject({ status: 'in_progress', version: 2 })
    const { items } = await call(taskApi.taskHistory, { token: owner.token, params: { id: task.id } })
    expect(items.map(entry => entry.version).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4])

    await eventually(async () => (await call(notificationApi.list, { token: bob.token })).items.some(n => n.event.name === 'TaskCreated'))
    expect((await mailTo(bob.email, /Build the rocket/)).text).toContain('Build the rocket')
    const counted = await eventually(async () => {
      const { events } = await call(analyticsApi.counts, { token: owner.token })
      const counts = Object.fromEntries(events.map(({ name, count }) => [name, count]))
      return counts['TaskCompleted'] !== undefined && counts
    })
    expect(counted).toMatchObject({ TaskCreated: 1, TaskStatusChanged: 3, TaskCompleted: 1 })
  })

  it('lists what was just written', async () => {
    const task = await newTask({ title: 'Read your own writes' })
    const { items } = await call(taskApi.listTasks, { token: owner.token, query: { projectId, q: 'own writes' } })
    expect(items.map(item => item.id)).toEqual([task.id])
  })

  it('refuses to start a task while its blocker is open', async () => {
    const [blocker, task] = [await newTask({ title: 'Fuel' }), await newTask({ title: 'Launch' })]
    await call(taskApi.addDependency, { token: owner.token, params: { id: task.id }, body: { blockedBy: blocker.id } })
    expect(await refused(taskApi.addDependency, { token: owner.token, params: { id: blocker.id }, body: { blockedBy: task.id } }))
      .toMatchObject({ status: 409, code: 'dependency-cycle' })
    expect(await refused(taskApi.changeStatus, { token: owner.token, params: { id: task.id }, body: { status: 'in_progress' } }))
      .toMatchObject({ status: 409, code: 'task-blocked' })
    expect(await call(taskApi.getTask, { token: owner.token, params: { id: blocker.id } })).toMatchObject({ blocks: [task.id] })
  })

  it('lets only one of two people change the version that both read', async () => {
    const task = await newTask({ title: 'Two editors' })
    const change = (title: string) => answer(taskApi.updateTask, { token: owner.token, params: { id: task.id }, body: { title }, headers: { 'if-match': '"1"' } })
    expect((await change('First')).headers.get('etag')).toBe('"2"')
    expect(await refused(taskApi.updateTask, { token: owner.token, params: { id: task.id }, body: { title: 'Second' }, headers: { 'if-match': '"1"' } }))
      .toMatchObject({ status: 412 })
  })

  it('does a repeated command once', async () => {
    const headers = { 'idempotency-key': 'one-task-please' }
    const create = () => answer(taskApi.createTask, { token: owner.token, body: { projectId, title: 'Once' }, headers })
    const [first, second] = [await create(), await create()]
    expect(second.body).toEqual(first.body)
    expect((await call(taskApi.listTasks, { token: owner.token, query: { projectId, q: 'Once' } })).items).toHaveLength(1)
    expect(await refused(taskApi.createTask, { token: owner.token, body: { projectId, title: 'Other' }, headers })).toMatchObject({ status: 422 })
  })
})
