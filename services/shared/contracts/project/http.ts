import { z } from 'zod'
import { operation } from '../define.ts'
import { Changes, EmailAddress, Id, Origin, page, paging, ProjectRole, Time } from '../primitives.ts'
import { Workflow } from '../workflow.ts'
import { ProjectStatus } from './events.ts'
import { AllocationPercent, Description, Key, Member, Name, Project } from './schemas.ts'
import { templateOperations } from './templates.ts'
import { timeOperations } from './time.ts'

const params = z.object({ id: Id })
const member = z.object({ id: Id, userId: Id })
const NewProject = z.strictObject({
  name: Name, key: Key.optional(), description: Description.default(''), status: z.enum(['draft', 'active']).default('active'),
  startAt: Time.nullable().default(null), dueAt: Time.nullable().default(null), workflow: Workflow.optional(),
  members: z.array(Member.extend({ role: ProjectRole.default('contributor'), allocationPercent: AllocationPercent.default(0) }).strict()).max(500).default([]),
  templateId: Id.optional(),
})
const ProjectChanges = z.strictObject({
  name: Name.optional(), key: Key.optional(), description: Description.optional(), startAt: Time.nullable().optional(), dueAt: Time.nullable().optional(),
})
const NewMember = z.strictObject({
  userId: Id.optional(), email: EmailAddress.optional(), role: ProjectRole.default('contributor'), allocationPercent: AllocationPercent.default(0),
}).refine(m => (m.userId === undefined) !== (m.email === undefined), { message: 'give either userId or email', path: ['userId'] })
const Started = z.strictObject({ sagaId: Id, projectId: Id })

/** The public operations of the project service. Fixed paths stand before `/:id`. */
export const projectApi = {
  ...templateOperations,
  ...timeOperations,
  createProject: operation({
    method: 'POST', path: '/api/projects', access: 'user', status: 201, also: 202,
    summary: 'Create a project (201), or start creating one from a template (202 with sagaId and projectId)',
    body: NewProject, reply: z.union([Project, Started]),
    errors: { 'key-taken': 409, 'template-unknown': 404, 'dates-reversed': 409, 'workflow-invalid': 400, 'user-unknown': 404 },
  }),
  listProjects: operation({
    method: 'GET', path: '/api/projects', access: 'user', status: 200,
    summary: 'List the projects you may see, newest first; with `deleted=true` those that can be restored',
    query: z.strictObject({
      ...paging, status: ProjectStatus.optional(), q: z.string().trim().max(200).optional(),
      memberId: Id.optional(), deleted: z.enum(['true', 'false']).optional(),
    }),
    reply: page(Project), errors: { 'bad-cursor': 400 },
  }),
  getProject: operation({
    method: 'GET', path: '/api/projects/:id', access: 'user', status: 200, summary: 'Show a project, now or as it was at a time or version',
    params, query: z.strictObject({ at: Time.optional(), version: z.coerce.number().int().min(1).optional() }),
    reply: Project, errors: { 'project-unknown': 404 },
  }),
  updateProject: operation({
    method: 'PUT', path: '/api/projects/:id', access: 'user', status: 200, summary: 'Change the named fields of a project',
    params, body: ProjectChanges, reply: Project, errors: { 'project-unknown': 404, 'key-taken': 409, 'dates-reversed': 409, 'project-archived': 409 },
  }),
  changeProjectStatus: operation({
    method: 'PATCH', path: '/api/projects/:id/status', access: 'user', status: 200,
    summary: 'Move a project through its life: draft → active ⇄ on_hold → completed → archived, and reopen',
    params, body: z.strictObject({ status: ProjectStatus }), reply: Project, errors: { 'project-unknown': 404, 'illegal-transition': 409 },
  }),
  deleteProject: operation({
    method: 'DELETE', path: '/api/projects/:id', access: 'user', status: 202,
    summary: 'Delete a project with its tasks and notifications; it can be restored until the saga finishes',
    params, reply: z.object({ sagaId: Id }), errors: { 'project-unknown': 404 },
  }),
  restoreProject: operation({
    method: 'POST', path: '/api/projects/:id/restore', access: 'user', status: 200, ifMatch: true,
    summary: 'Bring a deleted project back while its deletion has not finished',
    params, reply: Project, errors: { 'project-unknown': 404, 'not-deleted': 409, 'deletion-finished': 409 },
  }),
  projectHistory: operation({
    method: 'GET', path: '/api/projects/:id/history', access: 'user', status: 200, summary: 'Who changed what, when',
    params, query: z.strictObject({ ...paging }),
    reply: page(z.object({
      version: z.number().int(), at: Time, actor: z.string(), events: z.array(z.string()), changes: Changes, network: Origin,
    })),
    errors: { 'project-unknown': 404, 'bad-cursor': 400 },
  }),
  addMember: operation({
    method: 'POST', path: '/api/projects/:id/members', access: 'user', status: 201, ifMatch: true,
    summary: 'Add a person of the organization by id or e-mail address',
    params, body: NewMember, reply: Project, errors: { 'project-unknown': 404, 'user-unknown': 404, 'already-member': 409, 'project-archived': 409 },
  }),
  updateMember: operation({
    method: 'PUT', path: '/api/projects/:id/members/:userId', access: 'user', status: 200, summary: 'Change a member’s role or allocation',
    params: member, body: z.strictObject({ role: ProjectRole.optional(), allocationPercent: AllocationPercent.optional() }), reply: Project,
    errors: { 'project-unknown': 404, 'member-unknown': 404, 'sole-project-owner': 409, 'project-archived': 409 },
  }),
  removeMember: operation({
    method: 'DELETE', path: '/api/projects/:id/members/:userId', access: 'user', status: 204, summary: 'Remove a member, or leave',
    params: member, errors: { 'project-unknown': 404, 'member-unknown': 404, 'sole-project-owner': 409 },
  }),
  setWorkflow: operation({
    method: 'PUT', path: '/api/projects/:id/workflow', access: 'user', status: 200,
    summary: 'Define the statuses and transitions of the project’s tasks; a status that is removed or changes its category must hold no task',
    params, body: Workflow, reply: Project, errors: { 'project-unknown': 404, 'workflow-invalid': 400, 'status-in-use': 409, 'project-archived': 409 },
  }),
}
