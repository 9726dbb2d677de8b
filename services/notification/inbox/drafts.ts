import type { NotificationType } from '../../shared/contracts/notification/preferences.ts'
import type { Heard, HeardEvent } from './events.ts'
import type { Facts, WaitingTask } from './facts.ts'
import { projectLink, taskLink, texts, type Freed } from './texts.ts'

/** What one person is to be told. */
export type Draft = { userId: string; type: NotificationType; title: string; body: string; link: string; projectId: string | null }
type TaskEvent = Extract<HeardEvent, { data: { taskId: string; title: string } }>

/** Who may be told what about an event: each person's reasons, the one that counts most first. Nobody is told what he did himself. */
export const notificationsFor = (event: HeardEvent, facts: Facts): Draft[] =>
  draftsOf(event, facts).filter(({ userId }) => userId !== '' && userId !== event.actor)

const draftsOf = (event: HeardEvent, facts: Facts): Draft[] => {
  switch (event.type) {
    case 'TaskCreated': return [...to([event.data.assigneeId], 'assigned', event), ...to(event.data.mentions, 'mentioned', event)]
    case 'TaskUpdated': return updated(event)
    case 'TaskStatusChanged': return [
      ...event.data.category === 'cancelled' ? unblocked(facts.waiting, 'cancelled') : [],
      ...to(involved(event, facts), 'status-changed', event, texts.moved(event.data.from, event.data.to)),
    ]
    case 'TaskCompleted': return unblocked(facts.waiting, 'done')
    case 'TaskDeleted': return bySaga(event) ? [] : [...unblocked(facts.waiting, 'deleted'), ...to(involved(event, facts), 'task-deleted', event)]
    case 'TaskOverdue': return to([event.data.assigneeId ?? event.data.reporterId], 'overdue', event, texts.wasDue(event.data.dueAt))
    case 'CommentAdded': return [...to(event.data.mentions, 'mentioned', event), ...to(involved(event, facts), 'commented', event)]
    case 'MemberAdded': return memberAdded(event, facts)
    case 'MemberRemoved': return about([event.data.userId], 'project-removed', null, facts)
    case 'ProjectUpdated': return projectUpdated(event, facts)
    case 'ProjectDeleted': return about(facts.members.map(m => m.userId), 'project-deleted', null, facts)
    case 'UserCreated': return joined(event)
    case 'AnomalyDetected': return about(leaders(facts), 'anomaly', event.data.projectId, facts, event.data.summary)
    case 'TaskRestored': case 'ProjectCreated': case 'ProjectRestored': case 'UserUpdated': case 'UserDeleted': case 'UserLoggedIn': case 'SessionEnded':
    case 'AIAnalysisCompleted': case 'RecommendationGenerated': return []
  }
}

/** Tasks that go with their project, or are let go with an account: the greater change tells of it once. */
export const bySaga = ({ actor }: HeardEvent): boolean => actor.startsWith('service:')

/** Everybody whom a task concerns: who has it, who asked for it, and who took part. */
const involved = ({ data }: TaskEvent, { watchers }: Facts): (string | null)[] => [...new Set([data.assigneeId, data.reporterId, ...watchers])]
const leaders = ({ members }: Facts): string[] => members.filter(m => m.role === 'owner' || m.role === 'manager').map(m => m.userId)

const to = (people: readonly (string | null)[], type: NotificationType, { data }: TaskEvent, body = ''): Draft[] => people.filter(p => p !== null)
  .map(userId => ({ userId, type, title: texts.title(type, data.title), body, link: taskLink(data.projectId, data.taskId), projectId: data.projectId }))

const about = (people: readonly string[], type: NotificationType, projectId: string | null, { projectName = '' }: Facts, body = ''): Draft[] =>
  people.map(userId => ({ userId, type, title: texts.title(type, projectName), body, link: projectLink(projectId), projectId }))

const person = (value: unknown): string | null => typeof value === 'string' ? value : null

const updated = (event: Heard<'TaskUpdated'>): Draft[] => {
  const { assigneeId: hands, dueAt } = event.data.changes
  return [
    ...hands ? to([person(hands.after)], 'assigned', event) : [],
    ...hands && !bySaga(event) ? to([person(hands.before)], 'unassigned', event) : [],
    ...to(event.data.mentions, 'mentioned', event),
    ...dueAt ? to([event.data.assigneeId], 'due-changed', event, texts.due(person(dueAt.after))) : [],
  ]
}

/** Whose task waited is told what became of its blocker. */
export const unblocked = (waiting: readonly WaitingTask[], how: Freed): Draft[] => waiting.flatMap(task => {
  const userId = task.assigneeId ?? task.reporterId
  if (userId === null) return []
  return [{
    userId, type: 'blocker-done' as const, title: texts.title('blocker-done', task.title, how), body: '',
    link: taskLink(task.projectId, task.taskId), projectId: task.projectId,
  }]
})

/** The event also says that a known member's role or allocation changed; only the role is news. */
const memberAdded = ({ data }: Heard<'MemberAdded'>, facts: Facts): Draft[] => {
  const known = facts.members.find(m => m.userId === data.userId)
  if (!known) return about([data.userId], 'project-added', data.projectId, facts, texts.role(data.role))
  return known.role === data.role ? [] : about([data.userId], 'project-role', data.projectId, facts, texts.role(data.role))
}

const projectUpdated = ({ data }: Heard<'ProjectUpdated'>, facts: Facts): Draft[] => {
  const { status, dueAt } = data.changes
  if (!status && !dueAt) return []
  const body = [status ? texts.status(person(status.after)) : '', dueAt ? texts.due(person(dueAt.after)) : ''].filter(Boolean).join(' ')
  return about(facts.members.map(m => m.userId), 'project-changed', data.projectId, facts, body)
}

const joined = ({ data }: Heard<'UserCreated'>): Draft[] => data.invitedBy === null ? []
  : [{ userId: data.invitedBy, type: 'member-joined', title: texts.title('member-joined', ''), body: '', link: '/members', projectId: null }]
