import type { UserPublicEvent } from '../shared/contracts/user/events.ts'
import type { DomainCommit } from '../shared/kit/events/ports.ts'
import type { MemberEvent } from './domain/member.ts'
import type { OrganizationEvent } from './domain/organization.ts'
import type { PersonEvent } from './domain/person.ts'
import type { SessionEvent } from './domain/session.ts'

export type UserEvent = PersonEvent | OrganizationEvent | MemberEvent | SessionEvent

/** What a commit says in public. Only members and sessions speak: their streams are one organization's, and in order for one person. */
export const toPublic = ({ aggregateId, events }: DomainCommit<UserEvent>): UserPublicEvent[] => events.flatMap(event => one(aggregateId, event))

const one = (id: string, event: UserEvent): UserPublicEvent[] => {
  switch (event.type) {
    case 'Joined': return [{ type: 'UserCreated', data: { userId: id, role: event.role, invitedBy: event.invitedBy } }]
    case 'Changed': return [{ type: 'UserUpdated', data: { userId: id, changed: event.changed, role: event.role } }]
    case 'Left': return [{ type: 'UserDeleted', data: { userId: id } }]
    case 'SessionStarted': return event.by === 'registration' ? [] : [{ type: 'UserLoggedIn', data: { userId: event.userId, sessionId: id } }]
    case 'SessionEnded': return [{ type: 'SessionEnded', data: { userId: event.userId, sessionId: id, reason: event.reason } }]
    default: return []
  }
}
