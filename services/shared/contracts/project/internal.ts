import { z } from 'zod'
import { operation } from '../define.ts'
import { Id, ProjectRole, Time } from '../primitives.ts'
import { Workflow } from '../workflow.ts'
import { ProjectStatus } from './events.ts'
import { Member } from './schemas.ts'

const inOrganization = z.object({ organizationId: Id })
export const ProjectRecord = z.object({
  id: Id, organizationId: Id, name: z.string(), key: z.string(), status: ProjectStatus, workflow: Workflow, members: z.array(Member),
  deletedAt: Time.nullable(), version: z.number().int(),
})
export type ProjectRecord = z.infer<typeof ProjectRecord>
const Left = z.object({ projectId: Id, ...Member.omit({ userId: true }).shape })

/** What other services ask the project service. `leave` and `rejoin` are idempotent by `sagaId`. */
export const projectInternal = {
  getProject: operation({
    method: 'GET', path: '/internal/projects/:id', access: 'internal', status: 200, callers: ['task', 'gateway', 'analytics', 'notification', 'ai'],
    summary: 'A project as other services need it, deleted ones too',
    params: z.object({ id: Id }), query: inOrganization, reply: ProjectRecord, errors: { 'project-unknown': 404 },
  }),
  memberships: operation({
    method: 'GET', path: '/internal/memberships/:userId', access: 'internal', status: 200, callers: ['gateway', 'notification', 'analytics', 'ai', 'task'],
    summary: 'The projects a person is a member of', params: z.object({ userId: Id }), query: inOrganization,
    reply: z.object({ projectIds: z.array(z.object({ projectId: Id, role: ProjectRole })) }),
  }),
  leave: operation({
    method: 'POST', path: '/internal/projects/leave', access: 'internal', status: 200, callers: ['user'],
    summary: 'Take a person out of all projects; where the person is the only owner, `handOverTo` becomes owner',
    body: z.strictObject({ organizationId: Id, userId: Id, sagaId: Id, handOverTo: Id.nullable().optional() }),
    reply: z.object({ left: z.array(Left) }), errors: { 'sole-project-owner': 409 },
  }),
  rejoin: operation({
    method: 'POST', path: '/internal/projects/rejoin', access: 'internal', status: 200, callers: ['user'],
    summary: 'Undo `leave`', body: z.strictObject({ organizationId: Id, userId: Id, sagaId: Id, left: z.array(Left) }),
    reply: z.object({ rejoined: z.number().int() }),
  }),
}
