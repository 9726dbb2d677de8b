import { z } from 'zod'
import { event, topic, type PublicEvent } from '../define.ts'
import { Id, OrganizationRole } from '../primitives.ts'

// No event of the user service carries a name or an address: personal data stays in the user service.
export const UserCreated = event('UserCreated', 1, z.object({ userId: Id, role: OrganizationRole, invitedBy: Id.nullable() }))
export const UserUpdated = event('UserUpdated', 1, z.object({ userId: Id, changed: z.array(z.string()), role: OrganizationRole.nullable() }))
export const UserDeleted = event('UserDeleted', 1, z.object({ userId: Id }))
export const UserLoggedIn = event('UserLoggedIn', 1, z.object({ userId: Id, sessionId: Id }))
export const SessionEnded = event('SessionEnded', 1, z.object({
  userId: Id, sessionId: Id, reason: z.enum(['logout', 'ended', 'reuse', 'password', 'disabled', 'closed']),
}))

export const userEvents = topic('user-events', 'user', [UserCreated, UserUpdated, UserDeleted, UserLoggedIn, SessionEnded])
export type UserPublicEvent = PublicEvent<typeof userEvents>
