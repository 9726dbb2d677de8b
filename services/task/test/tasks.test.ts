import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import { ann, bob, boss, contextOf, foreigner, person, problemOf, stranger, taskOf, viewer, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeAll(async () => { bench = await workbench() })
afterAll(() => bench.close())
const move = (id: string, status: string, as = bob) => bench.call(as, 'PATCH', `/api/tasks/${id}/status`, { status })
const finish = async (id: string): Promise<void> => { for (const status of ['in_progress', 'in_review', 'done']) taskOf(await move(id, status)) }

describe('a task', () => {
  it('is created whole, costing the store one insert', async () => {
    await bench.created('warm the copy of the project')
    const answer = await bench.call(ann, 'POST', '/api/tasks', {
      projectId: 'p1', title: ' Write it ', priority: 'high', labels: ['a', 'a', 'b'], dueAt: '2026-04-01T12:00:00Z',
      assigneeId: 'bob', difficulty: 5, recurrence: 'freq=weekly;byday=mo',
    })
    const task = taskOf(answer, 201)
    expect(task).toMatchObject({
      title: 'Write it', status: 'todo', priority: 'high', labels: ['a', 'b'], dueAt: '2026-04-01T12:00:00.000Z', assigneeId: 'bob',
      reporterId: 'ann', recurrence: 'FREQ=WEEKLY;BYDAY=MO', version: 1, blockedBy: [], blocks: [], completedAt: null,
    })
    expect(task.score.value).toBe(task.score.parts.reduce((sum, part) => sum + part.points, 0))
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(taskOf(await bench.call(bob, 'GET', `/api/tasks/${task.id}`))).toEqual(task)
  })
  it('keeps the fields that a PUT does not name', async () => {
    const { id } = await bench.created('before', { description: 'stays' })
    expect(taskOf(await bench.call(bob, 'PUT', `/api/tasks/${id}`, { title: 'after' }))).toMatchObject({ title: 'after', description: 'stays', version: 2 })
  })
  it('refuses a stale If-Match on every write', async () => {
    const { id } = await bench.created('once')
    taskOf(await bench.call(ann, 'PUT', `/api/tasks/${id}`, { title: 'twice' }, { 'If-Match': '"1"' }))
    const blockedBy = (await bench.created('b')).id
    for (const [method, path, body] of [
      ['PUT', '', { title: 'x' }], ['PATCH', '/status', { status: 'in_progress' }], ['DELETE', '', undefined], ['POST', '/dependencies', { blockedBy }],
    ] as const)
      expect((await bench.call(ann, method, `/api/tasks/${id}${path}`, body, { 'If-Match': '"1"' })).status).toBe(412)
  })
  it('is made once for an Idempotency-Key', async () => {
    const send = () => bench.call(ann, 'POST', '/api/tasks', { projectId: 'p1', title: 'once only' }, { 'Idempotency-Key': 'k-1' })
    expect(taskOf(await send(), 201)).toEqual(taskOf(await send(), 201))
  })
  it('is deleted, shown as it was, and restored', async () => {
    const { id } = await bench.created('gone')
    expect((await bench.call(ann, 'DELETE', `/api/tasks/${id}`)).status).toBe(204)
    expect(problemOf(await bench.call(ann, 'GET', `/api/tasks/${id}`))).toEqual([404, 'task-unknown'])
    expect(problemOf(await bench.call(ann, 'PUT', `/api/tasks/${id}`, { title: 'x' }))).toEqual([404, 'task-unknown'])
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}?version=1`)).title).toBe('gone')
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}?version=2`)).deletedAt).toBeTypeOf('string')
    expect(taskOf(await bench.call(ann, 'POST', `/api/tasks/${id}/restore`))).toMatchObject({ title: 'gone', version: 3 })
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`)).deletedAt).toBeUndefined()
  })
  it('shows the past by time', async () => {
    const { id, createdAt } = await bench.created('first')
    bench.clock.advance(60_000)
    taskOf(await bench.call(ann, 'PUT', `/api/tasks/${id}`, { title: 'second' }))
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}?at=${createdAt}`)).title).toBe('first')
    expect((await bench.call(ann, 'GET', `/api/tasks/${id}?at=2001-01-01T00:00:00Z`)).status).toBe(404)
    expect((await bench.call(ann, 'GET', `/api/tasks/${id}?version=99`)).status).toBe(404)
  })
  it('had in the past the score that its links gave it then, and as the version of now that of now', async () => {
    const [task, blocker] = [await bench.created('waits', { priority: 'urgent' }), await bench.created('holds it up')]
    const { version } = taskOf(await bench.call(ann, 'POST', `/api/tasks/${task.id}/dependencies`, { blockedBy: blocker.id }), 201)
    const before = bench.clock.now()
    bench.clock.advance(60_000)
    taskOf(await move(blocker.id, 'cancelled'))
    const get = async (query = '') => taskOf(await bench.call(ann, 'GET', `/api/tasks/${task.id}${query}`))
    const now = await get()
    expect([await get(`?version=${version}`), await get(`?at=${bench.clock.now()}`)]).toEqual([now, now])
    expect(now.score.parts.map(part => part.name)).toEqual(['priority'])
    expect((await get(`?at=${before}`)).score.parts.map(part => part.name)).toEqual(['priority', 'blocked'])
  })
  it('shows its past and its history in a deleted project, too, to those who were its members', async () => {
    const p1 = bench.projects.get('p1')
    if (p1) bench.projects.set('gone', { ...p1, id: 'gone' })
    const { id } = await bench.created('past', { projectId: 'gone' })
    if (p1) bench.projects.set('gone', { ...p1, id: 'gone', version: 2, deletedAt: bench.clock.now() })
    await bench.deps.projects.follow('acme', 'gone', 2)
    const statuses = async (as = viewer): Promise<number[]> =>
      Promise.all(['?version=1', `?at=${bench.clock.now()}`, '/history', ''].map(async path => (await bench.call(as, 'GET', `/api/tasks/${id}${path}`)).status))
    expect([await statuses(), await statuses(stranger)]).toEqual([[200, 200, 200, 404], [403, 403, 403, 404]])
  })
  it('is sent again though its version is known: its score changes with time', async () => {
    const { id, score } = await bench.created('soon', { dueAt: '2026-03-06T09:00:00Z' })
    bench.clock.advance(86_400_000)
    const again = taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`, undefined, { 'If-None-Match': '"1"' }))
    expect([again.version, again.score.value > score.value]).toEqual([1, true])
  })
  it('tells its history, newest first, by pages', async () => {
    const { id } = await bench.created('h0')
    for (const title of ['h1', 'h2']) taskOf(await bench.call(bob, 'PUT', `/api/tasks/${id}`, { title }))
    const { body } = await bench.call(ann, 'GET', `/api/tasks/${id}/history?limit=2`)
    expect(body).toMatchObject({ items: [{ version: 3, actor: 'bob', events: ['TaskUpdated'], changes: { title: { before: 'h1', after: 'h2' } } }, { version: 2 }] })
    const cursor = String(Object(body).nextCursor)
    expect((await bench.call(ann, 'GET', `/api/tasks/${id}/history?limit=2&cursor=${cursor}`)).body)
      .toMatchObject({ items: [{ version: 1, actor: 'ann', events: ['TaskCreated'], changes: { title: { before: null, after: 'h0' } } }], nextCursor: null })
  })
  it('tells from which network it was changed to those who answer for the organization, and to nobody else', async () => {
    const { id } = await bench.created('from somewhere')
    const networks = async (as: typeof ann) => Object((await bench.call(as, 'GET', `/api/tasks/${id}/history`)).body).items.map((entry: { network?: string }) => entry.network)
    expect([await networks(boss), await networks(ann)]).toEqual([['127.0.0.0/24'], [undefined]])
  })
})

describe('who may', () => {
  it('hides tasks from other organizations, and forbids those outside the project what a role in it may not', async () => {
    const { id } = await bench.created('mine')
    for (const [as, status] of [[foreigner, 404], [stranger, 403]] as const) {
      expect((await bench.call(as, 'GET', `/api/tasks/${id}`)).status).toBe(status)
      expect((await bench.call(as, 'PUT', `/api/tasks/${id}`, { title: 'x' })).status).toBe(status)
      expect((await bench.call(as, 'GET', `/api/tasks/${id}/history`)).status).toBe(status)
      expect((await bench.call(as, 'POST', '/api/tasks', { projectId: 'p1', title: 'x' })).status).toBe(status)
      expect((await bench.call(as, 'GET', '/api/tasks?projectId=p1')).status).toBe(status)
      expect((await bench.call(as, 'GET', '/api/tasks/nothing')).status).toBe(404)
    }
    expect((await bench.call(viewer, 'GET', `/api/tasks/${id}`)).status).toBe(200)
    expect(problemOf(await bench.call(viewer, 'PUT', `/api/tasks/${id}`, { title: 'x' }))).toEqual([403, 'forbidden'])
    expect(problemOf(await bench.call(viewer, 'POST', '/api/tasks', { projectId: 'p1', title: 'x' }))).toEqual([403, 'forbidden'])
    expect(problemOf(await bench.call(bob, 'DELETE', `/api/tasks/${id}`))).toEqual([403, 'forbidden'])
    expect((await bench.call(boss, 'DELETE', `/api/tasks/${id}`)).status).toBe(204)
    expect((await bench.call(boss, 'GET', '/api/tasks?projectId=elsewhere')).status).toBe(404)
  })
  it('assigns to members only, and believes a membership that has just begun', async () => {
    expect(problemOf(await bench.call(ann, 'POST', '/api/tasks', { projectId: 'p2', title: 'x', assigneeId: 'newbie' }))).toEqual([409, 'not-a-member'])
    const p2 = bench.projects.get('p2')
    if (p2) bench.projects.set('p2', { ...p2, version: 2, members: [...p2.members, { userId: 'newbie', role: 'contributor', allocationPercent: 0 }] })
    bench.clock.advance(2_000)
    expect((await bench.call(person('newbie'), 'POST', '/api/tasks', { projectId: 'p2', title: 'x', assigneeId: 'newbie' })).status).toBe(201)
  })
})

describe('the workflow', () => {
  it('goes step by step, and says what is allowed', async () => {
    const { id } = await bench.created('steps')
    const refused = await move(id, 'done')
    expect(problemOf(refused)).toEqual([409, 'illegal-transition'])
    expect(contextOf(refused)).toEqual({ from: 'todo', to: 'done', allowed: ['in_progress', 'cancelled'] })
    await finish(id)
    const done = taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`))
    expect([done.completedAt, done.score.value]).toEqual([expect.any(String), 0])
    expect(taskOf(await move(id, 'todo')).completedAt).toBeNull()
  })
  it('holds a blocked task back until its blocker is closed', async () => {
    const [blocker, task] = [await bench.created('blocker'), await bench.created('blocked')]
    const linked = taskOf(await bench.call(bob, 'POST', `/api/tasks/${task.id}/dependencies`, { blockedBy: blocker.id }), 201)
    expect(linked).toMatchObject({ blockedBy: [blocker.id], version: 2 })
    expect(linked.score.parts.map(p => p.name)).not.toContain('blocking')
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${blocker.id}`))).toMatchObject({ blocks: [task.id], score: { parts: [{ name: 'blocking', points: 5 }] } })
    const refused = await move(task.id, 'in_progress')
    expect([problemOf(refused), contextOf(refused)]).toEqual([[409, 'task-blocked'], { openBlockers: [blocker.id] }])
    await finish(blocker.id)
    expect(taskOf(await move(task.id, 'in_progress')).status).toBe('in_progress')
  })
  it('takes up a workflow that was changed a moment ago', async () => {
    bench.setWorkflow({ ...defaultWorkflow, transitions: [...defaultWorkflow.transitions, { from: 'todo', to: 'done', roles: ['manager'] }] })
    bench.clock.advance(2_000)
    const { id } = await bench.created('short way')
    expect(problemOf(await move(id, 'done', bob))).toEqual([403, 'role-not-permitted'])
    expect(taskOf(await move(id, 'done', ann)).status).toBe('done')
    bench.setWorkflow(defaultWorkflow)
  })
  it('lets a new task begin only where its creator could have taken it, past no open blocker', async () => {
    const p1 = bench.projects.get('p1')
    const approved = defaultWorkflow.transitions.map(t => (t.to === 'in_review' ? { ...t, roles: ['manager' as const] } : t))
    if (p1) bench.projects.set('strict', { ...p1, id: 'strict', workflow: { ...defaultWorkflow, transitions: approved } })
    const begin = (over: object, as = ann) => bench.call(as, 'POST', '/api/tasks', { projectId: 'strict', title: 'begun', ...over })
    for (const status of ['in_review', 'done']) expect(problemOf(await begin({ status }, bob))).toEqual([403, 'role-not-permitted'])
    for (const [status, as] of [['in_progress', bob], ['done', ann]] as const) expect(taskOf(await begin({ status }, as), 201).status).toBe(status)
    const blocker = taskOf(await begin({}), 201)
    const held = await begin({ status: 'done', blockedBy: [blocker.id] })
    expect([problemOf(held), contextOf(held)]).toEqual([[409, 'task-blocked'], { openBlockers: [blocker.id] }])
    taskOf(await begin({ blockedBy: [blocker.id] }), 201)
    taskOf(await move(blocker.id, 'cancelled'))
    expect(taskOf(await begin({ status: 'done', blockedBy: [blocker.id] }), 201)).toMatchObject({ status: 'done', blockedBy: [blocker.id] })
  })
})

describe('a dependency', () => {
  it('refuses a cycle over a thousand tasks, and names it', async () => {
    const create = (n: number) => ({ op: 'create', key: `c${n}`, task: { projectId: 'p2', title: `c${n}` }, ...(n > 0 && { blockedByKeys: [`c${n - 1}`] }) })
    const operations = (from: number) => Array.from({ length: 500 }, (_, i) => create(from + i))
    const made = async (from: number) => Object((await bench.call(ann, 'POST', '/api/tasks/bulk', { operations: operations(from) })).body).results
    const results = [...await made(0), ...await made(500)]
    expect(results.filter(r => r.status !== 201)).toEqual([])
    const refused = await bench.call(ann, 'POST', `/api/tasks/${results[0].id}/dependencies`, { blockedBy: results[999].id })
    expect(problemOf(refused)).toEqual([409, 'dependency-cycle'])
    expect(contextOf(refused)['cycle']).toHaveLength(1000)
  })
  it('refuses itself, other projects and tasks that are not there', async () => {
    const [task, other] = [await bench.created('t'), await bench.created('o', { projectId: 'p2' })]
    const link = (blockedBy: string) => bench.call(ann, 'POST', `/api/tasks/${task.id}/dependencies`, { blockedBy })
    expect(problemOf(await link(task.id))).toEqual([409, 'self-dependency'])
    expect(problemOf(await link(other.id))).toEqual([409, 'other-project'])
    expect(problemOf(await link('nowhere'))).toEqual([404, 'blocker-unknown'])
  })
  it('is taken away again', async () => {
    const [a, b] = [await bench.created('a'), await bench.created('b')]
    taskOf(await bench.call(ann, 'POST', `/api/tasks/${a.id}/dependencies`, { blockedBy: b.id }), 201)
    expect((await bench.call(ann, 'DELETE', `/api/tasks/${a.id}/dependencies/${b.id}`)).status).toBe(204)
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${b.id}`)).blocks).toEqual([])
    expect(problemOf(await bench.call(ann, 'DELETE', `/api/tasks/${a.id}/dependencies/${b.id}`))).toEqual([404, 'dependency-unknown'])
  })
  it('is created with its blockers', async () => {
    const blocker = await bench.created('first')
    expect(await bench.created('second', { blockedBy: [blocker.id] })).toMatchObject({ blockedBy: [blocker.id] })
  })
})
