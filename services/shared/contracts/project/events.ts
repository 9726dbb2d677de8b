import { z } from 'zod'
import { event, topic, type PublicEvent } from '../define.ts'
import { Changes, Id, ProjectRole } from '../primitives.ts'

export const ProjectStatus = z.enum(['draft', 'active', 'on_hold', 'completed', 'archived'])
export type ProjectStatus = z.infer<typeof ProjectStatus>

export const ProjectCreated = event('ProjectCreated', 1, z.object({ projectId: Id, name: z.string(), key: z.string(), status: ProjectStatus, ownerId: Id }))
/** A changed workflow appears in `changes.workflow` with its whole definition before and after. */
export const ProjectUpdated = event('ProjectUpdated', 1, z.object({ projectId: Id, changes: Changes }))
export const ProjectDeleted = event('ProjectDeleted', 1, z.object({ projectId: Id }))
export const ProjectRestored = event('ProjectRestored', 1, z.object({ projectId: Id }))
/** Also says that a member's role or allocation changed: the newest one holds. */
export const MemberAdded = event('MemberAdded', 1, z.object({ projectId: Id, userId: Id, role: ProjectRole, allocationPercent: z.number() }))
export const MemberRemoved = event('MemberRemoved', 1, z.object({ projectId: Id, userId: Id }))

export const projectEvents = topic('project-events', 'project', [ProjectCreated, ProjectUpdated, ProjectDeleted, ProjectRestored, MemberAdded, MemberRemoved])
export type ProjectPublicEvent = PublicEvent<typeof projectEvents>
