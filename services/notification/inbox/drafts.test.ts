import { describe, expect, it } from 'vitest'
import { notificationsFor } from './drafts.ts'
import type { HeardEvent } from './events.ts'
import { noFacts, type Facts } from './facts.ts'

const about = { taskId: 't1', projectId: 'p1', title: 'Ship', assigneeId: 'ann', reporterId: 'bob' }
const by = (actor: string) => ({ id: 'o1/task/t1:1#0', subject: 't1', version: 1, organizationId: 'o1', actor, at: '2026-03-02T09:00:00.000Z' })
const created = { status: 'todo', priority: 'none' as const, difficulty: null, labels: [], startAt: null, dueAt: null, estimateMinutes: null, parentId: null }
const updated = (changes: Record<string, { before: unknown; after: unknown }>, mentions: string[] = []) =>
  ({ ...by('cy'), type: 'TaskUpdated', data: { ...about, changes, mentions } }) as const
const member = { projectId: 'p1', userId: 'ann', role: 'manager', allocationPercent: 50 } as const
const inProject: Facts = {
  ...noFacts, projectName: 'Apollo',
  members: [{ userId: 'ann', role: 'contributor' }, { userId: 'bob', role: 'owner' }, { userId: 'cy', role: 'manager' }],
}
const waiting = [{ taskId: 't2', projectId: 'p1', title: 'Celebrate', assigneeId: null, reporterId: 'dee' }]

const table: readonly (readonly [string, HeardEvent, Facts, readonly string[]])[] = [
  ['a new task tells its assignee and those mentioned, each reason in its turn', {
    ...by('bob'), type: 'TaskCreated', data: { ...about, ...created, mentions: ['cy', 'ann'] },
  }, noFacts, ['ann assigned', 'cy mentioned', 'ann mentioned']],
  ['who assigns a task to himself is not told', { ...by('ann'), type: 'TaskCreated', data: { ...about, ...created, mentions: [] } }, noFacts, []],
  ['another assignee tells both', updated({ assigneeId: { before: 'old', after: 'ann' } }), noFacts, ['ann assigned', 'old unassigned']],
  ['a released task tells who had it', updated({ assigneeId: { before: 'old', after: null } }), noFacts, ['old unassigned']],
  ['another due date tells the assignee', updated({ dueAt: { before: null, after: '2026-04-01T00:00:00.000Z' } }), noFacts, ['ann due-changed']],
  ['another title tells nobody', updated({ title: { before: 'a', after: 'Ship' } }), noFacts, []],
  ['a new mention tells who is mentioned', updated({ description: { before: '', after: 'x' } }, ['dee']), noFacts, ['dee mentioned']],
  ['a move tells all involved once', {
    ...by('cy'), type: 'TaskStatusChanged', data: { ...about, from: 'todo', to: 'in_progress' },
  }, { ...noFacts, watchers: ['eve', 'ann', 'cy'] }, ['ann status-changed', 'bob status-changed', 'eve status-changed']],
  ['a completion tells those who waited', {
    ...by('ann'), type: 'TaskCompleted',
    data: { ...about, completedAt: '2026-03-02T09:00:00.000Z', startedAt: null, createdAt: '2026-03-01T09:00:00.000Z' },
  }, { ...noFacts, waiting }, ['dee blocker-done']],
  ['a cancelled blocker tells those who waited', {
    ...by('cy'), type: 'TaskStatusChanged', data: { ...about, from: 'todo', to: 'dropped', category: 'cancelled' },
  }, { ...noFacts, waiting }, ['dee blocker-done', 'ann status-changed', 'bob status-changed']],
  ['a blocker that moves on tells none of them', {
    ...by('cy'), type: 'TaskStatusChanged', data: { ...about, from: 'todo', to: 'doing', category: 'active' },
  }, { ...noFacts, waiting }, ['ann status-changed', 'bob status-changed']],
  ['a deleted blocker tells those who waited', { ...by('bob'), type: 'TaskDeleted', data: about }, { ...noFacts, waiting }, ['dee blocker-done', 'ann task-deleted']],
  ['a deletion tells all involved', { ...by('bob'), type: 'TaskDeleted', data: about }, noFacts, ['ann task-deleted']],
  ['a deletion with its project tells nobody', { ...by('service:project'), type: 'TaskDeleted', data: about }, noFacts, []],
  ['a task let go with an account tells nobody', { ...updated({ assigneeId: { before: 'old', after: null } }), actor: 'service:user' }, noFacts, []],
  ['an overdue task tells its assignee', { ...by('service:task'), type: 'TaskOverdue', data: { ...about, dueAt: '2026-03-01T09:00:00.000Z' } }, noFacts, ['ann overdue']],
  ['an overdue task of nobody tells its reporter', {
    ...by('service:task'), type: 'TaskOverdue', data: { ...about, assigneeId: null, dueAt: '2026-03-01T09:00:00.000Z' },
  }, noFacts, ['bob overdue']],
  ['a comment: who is mentioned is told that first, the others that there is one', {
    ...by('bob'), type: 'CommentAdded', data: { ...about, commentId: 'c1', mentions: ['ann', 'dee'] },
  }, { ...noFacts, watchers: ['eve'] }, ['ann mentioned', 'dee mentioned', 'ann commented', 'eve commented']],
  ['a new member is told', { ...by('bob'), type: 'MemberAdded', data: { ...member, userId: 'new' } }, inProject, ['new project-added']],
  ['a member with another role is told', { ...by('bob'), type: 'MemberAdded', data: member }, inProject, ['ann project-role']],
  ['a member with another allocation only is not', { ...by('bob'), type: 'MemberAdded', data: { ...member, role: 'contributor' } }, inProject, []],
  ['who is taken out is told', { ...by('bob'), type: 'MemberRemoved', data: { projectId: 'p1', userId: 'ann' } }, inProject, ['ann project-removed']],
  ['who leaves is not', { ...by('ann'), type: 'MemberRemoved', data: { projectId: 'p1', userId: 'ann' } }, inProject, []],
  ['another status of a project tells its members', {
    ...by('bob'), type: 'ProjectUpdated', data: { projectId: 'p1', changes: { status: { before: 'active', after: 'on_hold' } } },
  }, inProject, ['ann project-changed', 'cy project-changed']],
  ['another name does not', { ...by('bob'), type: 'ProjectUpdated', data: { projectId: 'p1', changes: { name: { before: 'a', after: 'b' } } } }, inProject, []],
  ['a deleted project tells its members', { ...by('bob'), type: 'ProjectDeleted', data: { projectId: 'p1' } }, inProject, ['ann project-deleted', 'cy project-deleted']],
  ['somebody invited has joined', { ...by('new'), type: 'UserCreated', data: { userId: 'new', role: 'member', invitedBy: 'bob' } }, noFacts, ['bob member-joined']],
  ['an anomaly tells owners and managers', {
    ...by('service:ai'), type: 'AnomalyDetected',
    data: { anomalyId: 'a1', projectId: 'p1', kind: 'stalled', severity: 'high', summary: 'Nothing moved for a week.' },
  }, inProject, ['bob anomaly', 'cy anomaly']],
  ['a sign-in tells nobody', { ...by('ann'), type: 'UserLoggedIn', data: { userId: 'ann', sessionId: 's1' } }, noFacts, []],
]

describe('who is told what', () => {
  it.each(table)('%s', (_, event, facts, told) => expect(notificationsFor(event, facts).map(d => `${d.userId} ${d.type}`)).toEqual(told))
  it('says it in words, with a link', () => expect(notificationsFor(updated({ assigneeId: { before: null, after: 'ann' } }), noFacts)).toEqual([
    { userId: 'ann', type: 'assigned', title: '“Ship” is yours', body: '', link: '/projects/p1/tasks/t1', projectId: 'p1' },
  ]))
})
