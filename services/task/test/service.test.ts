import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { projectConsumer } from '../subscriptions.ts'
import { ann, bob, problemOf, taskOf, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeEach(async () => { bench = await workbench() })
afterEach(() => bench.close())
const settled = async (): Promise<string[]> => { await bench.deps.log.settled(); return bench.events().map(e => e.type) }

describe('public events', () => {
  it('tells of everything that happens to a task, in order', async () => {
    const { id } = await bench.created('told', { description: 'see @bob' })
    await bench.call(ann, 'PUT', `/api/tasks/${id}`, { priority: 'high' })
    for (const status of ['in_progress', 'in_review', 'done']) await bench.call(ann, 'PATCH', `/api/tasks/${id}/status`, { status })
    await bench.call(bob, 'POST', `/api/tasks/${id}/comments`, { text: 'done, @ann' })
    await bench.call(ann, 'DELETE', `/api/tasks/${id}`)
    await bench.call(ann, 'POST', `/api/tasks/${id}/restore`)
    expect((await settled()).filter(type => type !== 'CommentAdded')).toEqual([
      'TaskCreated', 'TaskUpdated', 'TaskStatusChanged', 'TaskStatusChanged', 'TaskStatusChanged', 'TaskCompleted', 'TaskDeleted', 'TaskRestored',
    ])
    expect(bench.events()[0]?.data).toMatchObject({ taskId: id, projectId: 'p1', title: 'told', mentions: ['bob'], reporterId: 'ann' })
    expect(bench.events().find(e => e.type === 'CommentAdded')?.data).toMatchObject({ taskId: id, mentions: ['ann'] })
    expect(bench.events().find(e => e.type === 'TaskUpdated')?.data).toMatchObject({ changes: { priority: { before: 'none', after: 'high' } } })
  })
  it('tells those whom the edit of a comment mentions, once', async () => {
    const { id } = await bench.created('talk')
    const commentId = Object((await bench.call(bob, 'POST', `/api/tasks/${id}/comments`, { text: 'Ready?' })).body).id
    for (let i = 0; i < 2; i++) {
      const { body } = await bench.call(bob, 'PUT', `/api/tasks/${id}/comments/${commentId}`, { text: 'Ready, @ann?' })
      expect(body).toMatchObject({ mentions: ['ann'], version: 2 })
    }
    expect((await settled()).filter(type => type === 'TaskUpdated')).toHaveLength(1)
    expect(bench.events().find(e => e.type === 'TaskUpdated')?.data).toMatchObject({ taskId: id, title: 'talk', changes: {}, mentions: ['ann'] })
  })
})

describe('recurrence', () => {
  it('makes the next one, once, when a task is completed', async () => {
    const { id } = await bench.created('weekly', { dueAt: '2026-03-09T10:00:00Z', startAt: '2026-03-08T10:00:00Z', recurrence: 'FREQ=WEEKLY;COUNT=2' })
    const complete = async (): Promise<void> => {
      for (const status of ['in_progress', 'in_review', 'done']) taskOf(await bench.call(ann, 'PATCH', `/api/tasks/${id}/status`, { status }))
    }
    await complete()
    await bench.call(ann, 'PATCH', `/api/tasks/${id}/status`, { status: 'todo' })
    await complete()
    await settled()
    const { body } = await bench.call(ann, 'GET', '/api/tasks?projectId=p1&status=todo')
    expect(Object(body).items).toMatchObject([{ title: 'weekly', dueAt: '2026-03-16T10:00:00.000Z', startAt: '2026-03-15T10:00:00.000Z', recurrence: 'FREQ=WEEKLY;COUNT=1' }])
  })

  const completed = async (id: string): Promise<unknown[]> => {
    for (const status of ['in_progress', 'in_review', 'done']) taskOf(await bench.call(ann, 'PATCH', `/api/tasks/${id}/status`, { status }))
    await settled()
    return Object((await bench.call(ann, 'GET', '/api/tasks?projectId=p1&status=todo')).body).items
  }
  it('keeps to the days and the clock of its time zone, over the change of the clocks', async () => {
    const { id, timezone } = await bench.created('mondays', {
      dueAt: '2026-03-23T22:59:00Z', startAt: '2026-03-22T08:00:00Z', recurrence: 'FREQ=WEEKLY;BYDAY=MO', timezone: 'Europe/Berlin',
    })
    expect(timezone).toBe('Europe/Berlin')
    expect(await completed(id)).toMatchObject([{ title: 'mondays', dueAt: '2026-03-30T21:59:00.000Z', startAt: '2026-03-29T07:00:00.000Z', timezone: 'Europe/Berlin' }])
  })
  it('counts from the start when there is no due date', async () => {
    const { id } = await bench.created('started', { startAt: '2026-03-20T10:00:00Z', recurrence: 'FREQ=WEEKLY' })
    expect(await completed(id)).toMatchObject([{ title: 'started', startAt: '2026-03-27T10:00:00.000Z', dueAt: '2026-03-27T10:00:00.000Z' }])
  })
  it('is refused when it leads nowhere from the dates of the task, whichever of them is sent', async () => {
    const quarterly = { recurrence: 'FREQ=MONTHLY;INTERVAL=3;BYMONTH=1,4,7,10' }
    const refused = async (method: 'POST' | 'PUT', path: string, body: object): Promise<void> => {
      const answer = await bench.call(ann, method, path, body)
      expect([problemOf(answer), Object(answer.body).errors]).toMatchObject([[400, 'bad-recurrence'], [{ path: 'recurrence' }]])
    }
    await refused('POST', '/api/tasks', { projectId: 'p1', title: 'x', dueAt: '2026-02-10T09:00:00Z', ...quarterly })
    const { id } = await bench.created('quarterly', { dueAt: '2026-04-10T09:00:00Z', ...quarterly })
    await refused('PUT', `/api/tasks/${id}`, { dueAt: '2026-05-10T09:00:00Z' })
  })
  it.each(['FREQ=MONTHLY;INTERVAL=3;BYMONTH=1,4,7,10', 'FREQ=YEARLY;INTERVAL=500'])('ends where a rule stored long ago leads nowhere: %s', async recurrence => {
    const { id } = await bench.created('stuck', { dueAt: '2026-02-10T09:00:00Z' })
    const meta = { actor: 'ann', at: bench.clock.now(), correlationId: 'x', causationId: null, commandId: 'x' }
    await bench.deps.tasks.handle('acme', id, { type: 'UpdateTask', taskId: id, fields: { recurrence }, mentions: [], at: meta.at }, meta)
    expect(await completed(id)).toEqual([])
  })
})

describe('a process that dies', () => {
  it('between a link and its tasks: the next one tells them', async () => {
    const [a, b] = [await bench.created('a'), await bench.created('b')]
    await settled()
    const meta = { actor: 'ann', at: bench.clock.now(), correlationId: 'x', causationId: null, commandId: 'x' }
    await bench.deps.graphs.handle('acme', 'p1', { type: 'AddEdges', edges: [{ taskId: a.id, blockerId: b.id }], at: meta.at }, meta)
    await settled()
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${a.id}`)).blockedBy).toEqual([b.id])
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${b.id}`)).blocks).toEqual([a.id])
  })
  it('is not noticed by another one that reads the same store', async () => {
    const { id } = await bench.created('shared')
    const other = await workbench({ store: bench.store, now: bench.clock.now() })
    expect(taskOf(await other.call(ann, 'GET', `/api/tasks/${id}`)).title).toBe('shared')
    taskOf(await other.call(ann, 'PUT', `/api/tasks/${id}`, { title: 'seen by both' }))
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`)).title).toBe('seen by both')
    await other.close()
  })
})

describe('lists beside another replica', () => {
  it('show what the other one writes', async () => {
    const other = await workbench({ store: bench.store, now: bench.clock.now() })
    await bench.created('mine')
    const titles = async (): Promise<string[]> => {
      bench.clock.advance(4_000)
      const { body } = await bench.call(ann, 'GET', '/api/tasks?projectId=p1&sort=createdAt')
      return Object(body).items.map((item: { title: string }) => item.title)
    }
    const { log } = bench.deps
    expect(await titles()).toEqual(['mine'])
    const { ends } = log
    const readAnew = vi.spyOn(bench.deps.taskView, 'now')
    // What is away when the other one is first seen is asked again.
    log.ends = async () => { log.ends = ends; throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) }
    await expect.poll(async () => { await titles().catch(() => []); return log.ends === ends }).toBe(true)
    expect(await titles()).toEqual(['mine'])
    const { id } = await other.created('theirs')
    await other.deps.log.settled()
    await expect.poll(titles).toEqual(['mine', 'theirs'])
    taskOf(await other.call(ann, 'PUT', `/api/tasks/${id}`, { title: 'changed' }))
    await other.deps.log.settled()
    await expect.poll(titles).toEqual(['mine', 'changed'])
    // A predecessor that sees its successor come goes on with what it has.
    expect(readAnew).not.toHaveBeenCalled()
    await other.close()
  })
  it('show what it wrote last, though nobody asked before it was gone', async () => {
    const other = await workbench({ store: bench.store, now: bench.clock.now() })
    const titles = async (): Promise<string[]> =>
      Object((await bench.call(ann, 'GET', '/api/tasks?projectId=p1&sort=createdAt')).body).items.map((item: { title: string }) => item.title)
    await bench.created('mine')
    await titles()
    await expect.poll(() => bench.deps.log.aloneSince()).toBe(Infinity)
    await titles()
    await other.created('theirs')
    await other.deps.log.settled()
    await expect.poll(() => { bench.clock.advance(21_000); return bench.deps.log.aloneSince() }).toBeLessThan(Infinity)
    expect(await titles()).toEqual(['mine', 'theirs'])
    await other.close()
  })
})

describe('a single task beside another replica', () => {
  it('has a score that follows what the other one writes, for which the log is read once a second at most', async () => {
    const other = await workbench({ store: bench.store, now: bench.clock.now() })
    const [blocker, task] = [await bench.created('blocker'), await bench.created('task')]
    taskOf(await bench.call(ann, 'POST', `/api/tasks/${task.id}/dependencies`, { blockedBy: blocker.id }), 201)
    // So many that they are not looked at one by one.
    for (let i = 0; i < 8; i++) {
      const { id } = await bench.created(`behind ${i}`)
      taskOf(await bench.call(ann, 'POST', `/api/tasks/${id}/dependencies`, { blockedBy: task.id }), 201)
    }
    await bench.call(ann, 'GET', '/api/tasks?projectId=p1')
    const isBlocked = async (): Promise<boolean> => taskOf(await bench.call(ann, 'GET', `/api/tasks/${task.id}`)).score.parts.some(part => part.name === 'blocked')
    await bench.call(ann, 'PUT', `/api/tasks/${task.id}`, { priority: 'high' })
    expect(await isBlocked()).toBe(true)
    taskOf(await other.call(ann, 'PATCH', `/api/tasks/${blocker.id}/status`, { status: 'cancelled' }))
    await other.deps.log.settled()
    await expect.poll(async () => { bench.clock.advance(4_000); return isBlocked() }).toBe(false)
    const ends = vi.spyOn(bench.deps.log, 'ends')
    for (let i = 0; i < 10; i++) await isBlocked()
    expect(ends).not.toHaveBeenCalled()
    await other.close()
  })
})

describe('the copies of projects', () => {
  it('follow the project events', async () => {
    await bench.deps.projects.get('acme', 'p1')
    const events = projectConsumer(bench.deps, bench.overdue, { db: bench.store, dapr: bench.dapr, clock: bench.clock, logger: silentLogger })
    const p1 = bench.projects.get('p1')
    if (p1) bench.projects.set('p1', { ...p1, version: 2, members: p1.members.filter(m => m.userId !== 'bob') })
    const answer = await events.deliver({
      specversion: '1.0', id: 'acme/project/p1:2#0', source: 'project', type: 'MemberRemoved', subject: 'p1', time: bench.clock.now(),
      data: { projectId: 'p1', userId: 'bob' }, dataversion: 1, organizationid: 'acme',
      partition: 0, position: 0, previous: -1, aggregateversion: 2, actor: 'ann', correlationid: 'x',
    }, 'project-events')
    expect(answer).toBe('SUCCESS')
    await expect.poll(async () => (await bench.deps.projects.get('acme', 'p1'))?.version).toBe(2)
    expect((await bench.call(bob, 'GET', '/api/tasks?projectId=p1')).status).toBe(403)
  })
})

describe('a store that is away', () => {
  it('is 503 with Retry-After, and the next request goes well', async () => {
    const store = memoryStore()
    const other = await workbench({ store })
    await other.created('before')
    store.before = async () => { throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) }
    const answer = await other.call(ann, 'POST', '/api/tasks', { projectId: 'p1', title: 'x' })
    expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true])
    store.before = async () => {}
    await other.created('after')
    await other.close()
  })
})
