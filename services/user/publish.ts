import type { UserPublicEvent } from '../shared/contracts/user/events.ts'
import type { DomainCommit } from '../shared/kit/events/log/event-log.ts'
import type { MemberEvent } from './domain/member.ts'
import type { OrganizationEvent } from './domain/organization.ts'
import type { PersonEvent } from './domain/person.ts'
import type { SessionEvent } from './domain/session.ts'

export type UserEvent = PersonEvent | OrganizationEvent | MemberEvent | SessionEvent

/** What a commit says in public. Only members and sessions speak: their streams are one organization's, and in order for one person. */
export const toPublic = ({ aggregateId, events }: DomainCommit<UserEvent>): UserPublicEvent[] => events.flatMap(event => one(aggregateId, event))

const one = (id: string, event: UserEvent): UserPublicEvent[] => {
  if (event.type === 'Joined') return [{ type: 'UserCreated', data: { userId: id, role: event.role, invitedBy: event.invitedBy } }]
  if (event.type === 'Changed') return [{ type: 'UserUpdated', data: { userId: id, changed: event.changed, role: event.role } }]
  if (event.type === 'Left') return [{ type: 'UserDeleted', data: { userId: id } }]
  if (event.type === 'SessionStarted' && event.by !== 'registration') return [{ type: 'UserLoggedIn', data: { userId: event.userId, sessionId: id } }]
  if (event.type === 'SessionEnded') {
    // Whoever follows version 1 knows no `too-many`.
    const reason = event.reason === 'too-many' ? 'ended' : event.reason
    return [{ type: 'SessionEnded', data: { userId: event.userId, sessionId: id, reason } }]
  }
  // The rest is private, and so is the session that a registration begins with.
  return []
}
