import { describe, expect, it } from 'vitest'
import type { CloudEvent } from '../../../services/shared/contracts/feed.ts'
import { naming } from './erased.ts'
import { dueKnown } from './known.ts'
import { deletedProjects, heard, leastTold, mostTold, over, type Telling } from './told.ts'

let position = 0
const said = (source: string, subject: string, type: string, data: object, actor = 'ann'): CloudEvent => ({
  specversion: '1.0', id: `${subject}#${position}`, source, type, subject, time: '2026-01-01T00:00:00.000Z', data, dataversion: 1,
  organizationid: 'o', partition: 0, position: position++, previous: -1, aggregateversion: 1, actor, correlationid: 'c',
})
const about = { taskId: 't', projectId: 'p', title: 'Fuel', assigneeId: 'bob', reporterId: 'ann' }
const waits = { taskId: 'w', projectId: 'p', title: 'Fly', assigneeId: 'eve', reporterId: 'ann' }
const member = { projectId: 'p', userId: 'bob', role: 'contributor', allocationPercent: 0 }
const told = (tellings: readonly Telling[], channel: 'inApp' | 'email' = 'inApp'): string[] =>
  tellings.flatMap(one => over(channel, one).map(draft => `${draft.type} ${draft.userId}`))

describe('what people are told', () => {
  it('is at least what the events say by themselves, and nobody his own doing', async () => {
    const events = await heard([
      said('project', 'p', 'MemberAdded', member), said('project', 'p', 'MemberAdded', member), said('task', 't', 'TaskStatusChanged', { ...about, from: 'todo', to: 'done' }),
      said('task', 't', 'TaskStatusChanged', { ...about, from: 'todo', to: 'done' }, 'bob'), said('task', 'c', 'TaskUpdated', { ...about, changes: {}, mentions: ['eve'] }),
      said('project', 'p', 'ProjectDeleted', { projectId: 'p' }),
    ])
    expect(told(leastTold(events))).toEqual(['project-added bob', 'status-changed bob', 'status-changed ann', 'mentioned eve', 'project-deleted bob'])
    expect(told(leastTold(events), 'email')).toEqual(['mentioned eve'])
  })
  it('is at most what follows from whoever ever took part, and from what ever waited', async () => {
    const events = await heard([
      said('task', 't', 'TaskCompleted', { ...about, assigneeId: null, completedAt: '2026-01-01T00:00:00.000Z', startedAt: null, createdAt: '2026-01-01T00:00:00.000Z' }),
      said('task', 'w', 'TaskUpdated', { ...waits, changes: { blockedBy: { before: [], after: ['t'] } }, mentions: [] }),
      said('task', 'c', 'CommentAdded', { ...about, commentId: 'c', mentions: [] }, 'dan'), said('task', 't', 'TaskDeleted', about),
    ])
    expect(told(leastTold(events))).toEqual(['commented bob', 'commented ann', 'task-deleted bob'])
    expect(told(mostTold(events)).toSorted()).toEqual(['blocker-done eve', 'blocker-done eve', 'commented ann', 'commented bob', 'task-deleted bob', 'task-deleted dan'])
  })
})

it('what must be known of projects is who belongs to them, and of the erased nothing', async () => {
  const events = await heard([
    said('project', 'p', 'ProjectCreated', { projectId: 'p', name: 'Moon', key: 'MO', status: 'active', ownerId: 'ann' }), said('project', 'p', 'MemberAdded', member),
    said('project', 'p', 'MemberAdded', { ...member, userId: 'eve' }), said('project', 'p', 'MemberRemoved', { projectId: 'p', userId: 'bob' }),
  ])
  expect(dueKnown(events, new Set(['eve']))).toEqual({
    projects: [{ _id: 'p', organizationId: 'o', name: 'Moon', version: 1 }],
    members: [{ _id: 'p.bob', organizationId: 'o', projectId: 'p', userId: 'bob', role: 'contributor', left: true, version: 1 }],
  })
})

it('a row that names somebody who was erased is found', () => {
  const rows = [{ _id: 'a', userId: 'bob', actorId: 'eve' }, { _id: 'b', userId: 'ann', actorId: null }]
  expect(naming(new Set(['eve']), 'notifications', ['userId', 'actorId'], rows)).toEqual(['notifications a names eve as actorId, who was erased'])
})

it('a project is deleted as long as nothing later says that it is restored', async () => {
  const events = await heard([
    said('project', 'p', 'ProjectDeleted', { projectId: 'p' }), said('project', 'q', 'ProjectDeleted', { projectId: 'q' }),
    said('project', 'p', 'ProjectRestored', { projectId: 'p' }),
  ])
  expect(deletedProjects(events)).toEqual(new Set(['q']))
})
