import { describe, expect, it } from 'vitest'
import { defaultWorkflow, type Workflow } from '../../shared/contracts/workflow.ts'
import { spec } from '../../shared/kit/spec.ts'
import { about, create, created, entered, fields, linked, moveTo, t0, t1 } from '../test/examples.ts'
import { taskDecider } from './task.ts'
import type { UpdateTask } from './task-commands.ts'
import type { TaskEvent } from './task-events.ts'

const given = spec(taskDecider)
const deleted: TaskEvent = { type: 'TaskDeleted', about, sagaId: null, at: t1 }
const inReview = [created, entered('todo', 'in_progress', 'active'), entered('in_progress', 'in_review', 'review')]
const completed: TaskEvent = { type: 'TaskCompleted', about, startedAt: t1, createdAt: t0, at: t1 }

describe('CreateTask', () => {
  it('creates a task in the initial status', () => given().when(create).thenEvents([created]))
  it('is refused when the id is taken', () => given(created).when(create).thenRefused('task-exists'))
  it('is refused with a status the workflow does not have', () => given().when({ ...create, status: 'nowhere' }).thenRefused('illegal-transition'))
  it('is refused when due before it starts', () => given().when({ ...create, fields: { ...fields, startAt: t1, dueAt: t0 } }).thenRefused('dates-reversed'))
  it('is refused below itself', () => given().when({ ...create, fields: { ...fields, parentId: 't1' } }).thenRefused('parent-cycle'))
  it('begins only in a status that its creator could have taken it to', () => {
    const transitions: Workflow['transitions'] = [
      { from: 'todo', to: 'in_progress' }, { from: 'in_progress', to: 'in_review', roles: ['manager'] },
      { from: 'in_review', to: 'done' }, { from: '*', to: 'cancelled' },
    ]
    const reviewed = { ...defaultWorkflow, transitions }
    const byContributor = { ...create, workflow: reviewed, role: 'contributor' } as const
    for (const status of ['in_review', 'done']) given().when({ ...byContributor, status }).thenRefused('role-not-permitted')
    for (const status of ['todo', 'in_progress', 'cancelled']) given().when({ ...byContributor, status }).thenEvents([expect.objectContaining({ status })])
    given().when({ ...create, status: 'in_review', workflow: reviewed, role: 'manager' }).thenEvents([expect.objectContaining({ category: 'review' })])
  })
  it('is not begun in a status that an open blocker keeps it out of', () => {
    for (const status of ['in_progress', 'done']) given().when({ ...create, status, openBlockers: ['t9'] }).thenRefused('task-blocked')
    const begun = { ...defaultWorkflow, initial: 'in_progress' }
    given().when({ ...create, workflow: begun, openBlockers: ['t9'] }).thenEvents([expect.objectContaining({ status: 'in_progress' })])
  })
  it('is complete at once when it enters a done status', () => given().when({ ...create, status: 'done' })
    .thenEvents([{ ...created, status: 'done', category: 'done' }, { type: 'TaskCompleted', about, startedAt: null, createdAt: t0, at: t0 }]))
})

describe('UpdateTask', () => {
  const update = (changed: UpdateTask['fields']): UpdateTask => ({ type: 'UpdateTask', taskId: 't1', fields: changed, mentions: [], at: t1 })
  it('names each changed field before and after', () => {
    const changes = { title: { before: 'Ship it', after: 'Ship' }, labels: { before: [], after: ['a'] } }
    given(created).when(update({ title: 'Ship', priority: 'none', labels: ['a'] }))
      .thenEvents([{ type: 'TaskUpdated', about: { ...about, title: 'Ship' }, changes, mentions: [], at: t1 }])
  })
  it('says nothing when nothing changes', () => given(created).when(update({ title: 'Ship it', labels: [] })).thenEvents([]))
  it('says nothing when a task of before there were time zones is to have none', () =>
    given(created).when(update({ timezone: null })).thenEvents([]))
  it('checks dates against those already there', () =>
    given({ ...created, fields: { ...fields, startAt: t1 } }).when(update({ dueAt: t0 })).thenRefused('dates-reversed'))
  it('gives a task to somebody only where nobody has it, when told so', () => {
    const give = { type: 'UpdateTask', taskId: 't1', fields: { assigneeId: 'bob' }, mentions: [], ifUnassigned: true, at: t1 } as const
    given(created).when(give).thenEvents([expect.objectContaining({ changes: { assigneeId: { before: null, after: 'bob' } } })])
    given({ ...created, fields: { ...fields, assigneeId: 'ann' } }).when(give).thenEvents([])
  })
  it('is refused for a deleted task', () => given(created, deleted).when(update({ title: 'x' })).thenRefused('task-unknown'))
})

describe('ChangeStatus', () => {
  const startsBlocked: Workflow = { ...defaultWorkflow, blockedMay: 'start' }
  it('moves along the workflow', () => given(created).when(moveTo('in_progress')).thenEvents([entered('todo', 'in_progress', 'active')]))
  it('completes', () => given(...inReview).when(moveTo('done')).thenEvents([entered('in_review', 'done', 'done'), completed]))
  it('says nothing when it is there already', () => given(created).when(moveTo('todo')).thenEvents([]))
  it('is refused where the workflow has no way', () => given(created).when(moveTo('done')).thenRefused('illegal-transition'))
  it('is refused for a status nobody knows', () => given(created).when(moveTo('nowhere')).thenRefused('illegal-transition'))
  it('says what is allowed', () => {
    const detail = { from: 'todo', to: 'done', allowed: ['in_progress', 'cancelled'] }
    expect(() => taskDecider.decide(given(created).state(), moveTo('done'))).toThrow(expect.objectContaining({ detail }))
  })
  it('is not started while a blocker is open', () => given(created, linked(['t9'])).when(moveTo('in_progress')).thenRefused('task-blocked'))
  it('is started once the blocker is closed', () => given(created, linked(['t9']))
    .when(moveTo('in_progress', { closedBlockers: ['t9'] })).thenEvents([entered('todo', 'in_progress', 'active')]))
  it('is started though blocked where the workflow allows it', () => given(created, linked(['t9']))
    .when(moveTo('in_progress', { workflow: startsBlocked })).thenEvents([entered('todo', 'in_progress', 'active')]))
  it('is never finished while a blocker is open', () => given(...inReview, linked(['t9']))
    .when(moveTo('done', { workflow: startsBlocked })).thenRefused('task-blocked'))
  it('is cancelled though blocked', () => given(created, linked(['t9'])).when(moveTo('cancelled')).thenEvents([entered('todo', 'cancelled', 'cancelled')]))
  it('is refused to a role the transition does not name', () => {
    const workflow: Workflow = { ...defaultWorkflow, transitions: [{ from: 'todo', to: 'in_progress', roles: ['owner'] }] }
    given(created).when(moveTo('in_progress', { workflow })).thenRefused('role-not-permitted')
  })
  it('reopens', () => {
    const reopened = given(...inReview, entered('in_review', 'done', 'done'), completed, entered('done', 'todo', 'open'))
    expect(reopened.state()).toMatchObject({ status: 'todo', completedAt: null })
  })
})

describe('LinkTask', () => {
  it('takes the links of a newer graph', () => given(created)
    .when({ type: 'LinkTask', taskId: 't1', blockedBy: ['t9'], blocks: [], graphVersion: 1, at: t0 }).thenEvents([linked(['t9'])]))
  it('ignores an older graph', () => given(created, linked(['t9'])).when({ type: 'LinkTask', taskId: 't1', blockedBy: [], blocks: [], graphVersion: 1, at: t0 }).thenEvents([]))
})

describe('DeleteTask and RestoreTask', () => {
  const back = { type: 'RestoreTask', taskId: 't1', workflow: defaultWorkflow, members: ['ann'], at: t1 } as const
  const restored: TaskEvent = { type: 'TaskRestored', about, status: 'todo', at: t1 }
  it('deletes', () => given(created).when({ type: 'DeleteTask', taskId: 't1', at: t1 }).thenEvents([deleted]))
  it('is refused the second time', () => given(created, deleted).when({ type: 'DeleteTask', taskId: 't1', at: t1 }).thenRefused('task-unknown'))
  it('restores', () => given(created, deleted).when(back).thenEvents([restored]))
  it('says nothing when it is not deleted', () => given(created).when(back).thenEvents([]))
  it('leaves what another saga deleted', () => given(created, { ...deleted, sagaId: 's1' }).when({ ...back, sagaId: 's2' }).thenEvents([]))
  it('takes it from somebody who has left meanwhile', () => {
    const bobs: TaskEvent[] = [{ ...created, fields: { ...fields, assigneeId: 'bob' } }, deleted]
    given(...bobs).when(back).thenEvents([restored, { type: 'TaskUpdated', about, changes: { assigneeId: { before: 'bob', after: null } }, mentions: [], at: t1 }])
    given(...bobs).when({ ...back, members: ['bob'] }).thenEvents([{ ...restored, about: { ...about, assigneeId: 'bob' } }])
  })
  it('takes the status for what it means by now', () => {
    const todo = (category: 'done' | 'active') => ({ ...defaultWorkflow, statuses: defaultWorkflow.statuses.map(s => (s.key === 'todo' ? { ...s, category } : s)) })
    given(created, deleted).when({ ...back, workflow: todo('active') }).thenEvents([restored, entered('todo', 'todo', 'active')])
    given(created, deleted).when({ ...back, workflow: todo('done') }).thenEvents([restored, entered('todo', 'todo', 'done'), { ...completed, startedAt: null }])
  })
  it('begins anew when the workflow has given its status up', () =>
    given(created, entered('todo', 'parked', 'active'), deleted).when(back).thenEvents([{ ...restored, status: 'parked' }, entered('parked', 'todo', 'open')]))
})

describe('MarkOverdue', () => {
  const due = { ...created, fields: { ...fields, dueAt: t1 } }
  const overdue: TaskEvent = { type: 'TaskOverdue', about, dueAt: t1, at: t1 }
  const mark = { type: 'MarkOverdue', taskId: 't1', dueAt: t1, at: t1 } as const
  it('is said when the time has come', () => given(due).when(mark).thenEvents([overdue]))
  it('is said once for a due date', () => given(due, overdue).when(mark).thenEvents([]))
  it('is not said before', () => given(due).when({ ...mark, at: t0 }).thenEvents([]))
  it('is not said for another due date', () => given({ ...created, fields: { ...fields, dueAt: t0 } }).when(mark).thenEvents([]))
  it('is not said of a closed task', () => given(due, entered('todo', 'cancelled', 'cancelled')).when(mark).thenEvents([]))
})
