import { describe, expect, it } from 'vitest'
import type { CloudEvent } from '../../../services/shared/contracts/feed.ts'
import { figuresIn, figuresOf } from './figures.ts'
import { dueRow, textOf } from './rows.ts'

const event: CloudEvent = {
  specversion: '1.0', id: 'o/task/t:1#0', source: 'task', type: 'TaskStatusChanged', subject: 't', time: '2026-01-01T00:00:00.000Z',
  dataversion: 1, organizationid: 'o', partition: 0, position: 3, previous: -1, aggregateversion: 1, actor: 'ann', correlationid: 'c',
  data: { taskId: 't', projectId: 'p', title: 'For bob', assigneeId: 'bob', reporterId: 'ann', from: 'todo', to: 'done' },
}

describe('a row of an event', () => {
  const row = dueRow(event, new Set())
  if (!row) throw new Error('it is nobody’s event')
  it('is the same however its times and fields are spelled', () => {
    expect(textOf({ ...row, at: '2026-01-01 00:00:00.000Z', data: JSON.stringify(JSON.parse(row.data), Object.keys(Object(event.data)).toReversed()) })).toBe(textOf(row))
    expect(textOf({ ...row, status: 'todo' })).not.toBe(textOf(row))
  })
  it('stands there without the people who are gone', () => {
    const blank = dueRow(event, new Set(['bob', 'ann']))
    expect([blank?.assignee_id, blank?.actor_id, blank?.data.includes('bob')]).toEqual(['', '', false])
  })
})

it('the dashboard says what the tasks add up to', () => {
  const task = { status: 'todo', category: 'open', assigneeId: 'bob', completedAt: null, deleted: false } as const
  const figures = figuresOf([
    task,
    { ...task, assigneeId: 'eve' },
    { ...task, deleted: true },
    { ...task, status: 'done', category: 'done', completedAt: '2026-01-01T00:00:00.000Z' },
    { ...task, status: 'in_review', category: 'review', assigneeId: null },
  ], new Set(['eve']))
  expect(figures).toEqual({ created: 4, completed: 1, open: 3, inProgress: 1, byStatus: { done: 1, in_review: 1, todo: 2 }, load: { bob: 1 } })
  const hours = { p50: null, p85: null, p95: null }
  expect(figuresIn({
    from: '', to: '', projectIds: ['p'],
    perDay: [{ day: '2026-01-01', created: 3, completed: 0 }, { day: '2026-01-02', created: 1, completed: 1 }],
    throughput: { completed: 1, perWeek: 1 }, cycleTimeHours: hours, leadTimeHours: hours,
    workInProgress: 1, open: 3, overdue: 0, byStatus: [{ status: 'todo', tasks: 2 }, { status: 'in_review', tasks: 1 }, { status: 'done', tasks: 1 }],
    load: [{ userId: 'bob', open: 1, inProgress: 0, overdue: 0, completed: 1 }, { userId: 'ann', open: 0, inProgress: 0, overdue: 0, completed: 1 }], activity: [],
  })).toEqual(figures)
})
