import type { ProjectPublicEvent } from '../shared/contracts/project/events.ts'
import type { KeyEvent } from './domain/project-key.ts'
import type { Departure, ProjectEvent } from './domain/project-state.ts'
import type { TemplateEvent } from './domain/template.ts'
import type { TimeEntryEvent } from './domain/time-entry.ts'
import type { TimerEvent } from './domain/timer.ts'

/** Everything that this service stores. */
export type StoredEvent = ProjectEvent | KeyEvent | TemplateEvent | TimeEntryEvent | TimerEvent

/** What a commit says in public, in order. */
export const publicEvents = ({ aggregateId, events }: { aggregateId: string; events: readonly StoredEvent[] }): ProjectPublicEvent[] =>
  events.flatMap(event => toPublic(aggregateId, event))

/** What a stored event says in public. Plans, keys, templates and time are the service's own. */
const toPublic = (projectId: string, event: StoredEvent): ProjectPublicEvent[] => {
  switch (event.type) {
    case 'ProjectCreated': {
      const { name, key, status } = event.project
      return [{ type: 'ProjectCreated', data: { projectId, name, key, status, ownerId: event.ownerId } }]
    }
    case 'ProjectUpdated': return [{ type: 'ProjectUpdated', data: { projectId, changes: { ...event.changes } } }]
    case 'MemberAdded':
    case 'MemberChanged': return [joined(projectId, event)]
    case 'MemberRemoved': return [left(projectId, event.userId)]
    case 'MemberDeparted': return departed(projectId, event.departure)
    case 'MemberReturned': return returned(projectId, event.departure)
    case 'ProjectDeleted': return [{ type: 'ProjectDeleted', data: { projectId } }]
    case 'ProjectRestored': return [{ type: 'ProjectRestored', data: { projectId } }]
    case 'ProjectPlanned': case 'PlanAbandoned': case 'ProjectBuilt': case 'ProjectPurged':
    case 'KeyClaimed': case 'KeyReleased': case 'TemplateCreated': case 'TemplateRemoved':
    case 'TimeLogged': case 'TimeRemoved': case 'TimerStarted': case 'TimerStopped': case 'TimerDiscarded': return []
  }
}

type Membership = Pick<Extract<ProjectEvent, { type: 'MemberAdded' }>, 'userId' | 'role' | 'allocationPercent'>
const joined = (projectId: string, { userId, role, allocationPercent }: Membership): ProjectPublicEvent =>
  ({ type: 'MemberAdded', data: { projectId, userId, role, allocationPercent } })
const left = (projectId: string, userId: string): ProjectPublicEvent => ({ type: 'MemberRemoved', data: { projectId, userId } })

const departed = (projectId: string, { userId, heir }: Departure): ProjectPublicEvent[] => [
  left(projectId, userId),
  ...(heir ? [joined(projectId, { userId: heir.userId, role: 'owner', allocationPercent: heir.before?.allocationPercent ?? 0 })] : []),
]
const returned = (projectId: string, departure: Departure): ProjectPublicEvent[] => {
  const { heir } = departure
  const back = joined(projectId, departure)
  if (!heir) return [back]
  return [back, heir.before ? joined(projectId, heir.before) : left(projectId, heir.userId)]
}
