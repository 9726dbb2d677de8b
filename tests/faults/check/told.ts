import { topics } from '../../../services/shared/contracts/topics.ts'
import type { CloudEvent } from '../../../services/shared/contracts/feed.ts'
import { envelopeOf } from '../../../services/shared/kit/events/consumer/handler.ts'
import { notificationsFor, type Draft } from '../../../services/notification/inbox/drafts.ts'
import type { HeardEvent } from '../../../services/notification/inbox/events.ts'
import { noFacts, type Facts, type MemberFact, type WaitingTask } from '../../../services/notification/inbox/facts.ts'
import { channelsFor, defaultPreferences } from '../../../services/notification/inbox/preferences.ts'
import { subscriptions } from '../../../services/notification/subscriptions.ts'

/** What an event tells people, who all hear of everything that they can choose by default. */
export type Telling = { event: HeardEvent; drafts: readonly Draft[] }
type TaskEvent = Extract<HeardEvent, { data: { taskId: string; title: string } }>

/** Public events as the notification service hears them. */
export const heard = async (events: readonly CloudEvent[]): Promise<HeardEvent[]> => {
  const all: HeardEvent[] = []
  const handlers = new Map(subscriptions(async event => { all.push(event) }).map(handler => [handler.type, handler]))
  for (const event of events) {
    const topic = topics.find(t => t.producer === event.source)
    if (topic) await handlers.get(event.type)?.run(envelopeOf(event, topic))
  }
  return all
}

/** What must be told, by what stands in the events and, of a project, in those before them. */
export const leastTold = (events: readonly HeardEvent[]): Telling[] => {
  const members = new Map<string, MemberFact[]>()
  return events.map(event => {
    const projectId = event.type.startsWith('Member') || event.type.startsWith('Project') ? projectOf(event) : ''
    const before = members.get(projectId) ?? []
    const others = (userId: string): MemberFact[] => before.filter(m => m.userId !== userId)
    if (event.type === 'MemberAdded') members.set(projectId, [...others(event.data.userId), { userId: event.data.userId, role: event.data.role }])
    if (event.type === 'MemberRemoved') members.set(projectId, others(event.data.userId))
    return { event, drafts: notificationsFor(event, { ...noFacts, members: before }) }
  })
}

/** What may be told: who follows a task, and what waits for one, is known sooner or later, as the partitions come. */
export const mostTold = (events: readonly HeardEvent[]): Telling[] => {
  const followers = new Map<string, Set<string>>()
  const hands = new Map<string, Set<string | null>>()
  const waiting = new Map<string, Set<string>>()
  for (const event of events.filter(ofTask)) {
    const { taskId, assigneeId, reporterId } = event.data
    for (const person of 'mentions' in event.data ? [...event.data.mentions, event.actor] : []) add(followers, taskId, person)
    for (const person of [assigneeId, reporterId]) add(hands, taskId, person)
    for (const blocker of event.type === 'TaskUpdated' ? linksAfter(event.data.changes['blockedBy']?.after) : []) add(waiting, blocker, taskId)
  }
  const waitingFor = (blocker: string, projectId: string): WaitingTask[] => [...waiting.get(blocker) ?? []]
    .flatMap(taskId => [...hands.get(taskId) ?? []].map(assigneeId => ({ taskId, projectId, title: '', assigneeId, reporterId: null })))
  const factsOf = (event: HeardEvent): Facts =>
    (ofTask(event) ? { ...noFacts, watchers: [...followers.get(event.data.taskId) ?? []], waiting: waitingFor(event.data.taskId, event.data.projectId) } : noFacts)
  return events.map(event => ({ event, drafts: notificationsFor(event, factsOf(event)) }))
}

/** Projects that are deleted, by the last that is said of them: their mails wait, for they may come back. */
export const deletedProjects = (events: readonly HeardEvent[]): Set<string> => {
  const deleted = new Set<string>()
  for (const { type, subject } of events) {
    if (type === 'ProjectDeleted') deleted.add(subject)
    if (type === 'ProjectRestored') deleted.delete(subject)
  }
  return deleted
}

/** Over each channel the first reason that is on by default: one for each person. */
export const over = (channel: 'inApp' | 'email', { drafts }: Telling): Draft[] => [...Map.groupBy(drafts, draft => draft.userId).values()]
  .flatMap(reasons => reasons.find(({ type, projectId }) => channelsFor(defaultPreferences, type, projectId)[channel]) ?? [])

const ofTask = (event: HeardEvent): event is TaskEvent => 'taskId' in event.data && 'title' in event.data
const projectOf = ({ data }: HeardEvent): string => ('projectId' in data ? data.projectId ?? '' : '')
const linksAfter = (value: unknown): string[] => (Array.isArray(value) ? value.filter(id => typeof id === 'string') : [])
const add = <T>(map: Map<string, Set<T>>, key: string, value: T): void => { map.set(key, (map.get(key) ?? new Set()).add(value)) }
