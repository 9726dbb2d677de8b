import { z } from 'zod'
import { operation } from '../define.ts'
import { Id } from '../primitives.ts'
import { NewTask } from './model.ts'

const aboutUser = { organizationId: Id, userId: Id, sagaId: Id }
const aboutProject = { organizationId: Id, projectId: Id, sagaId: Id }
const SeedTask = z.strictObject({ ...NewTask.shape, id: Id }).omit({ projectId: true })
/** A task that a saga creates: its id is chosen by the saga, its blockers and parent are among the tasks created with it or already there. */
export type SeedTask = z.infer<typeof SeedTask>

/** What other services' sagas ask of the task service. All are idempotent by `sagaId`. */
export const taskInternal = {
  releaseTasks: operation({
    method: 'POST', path: '/internal/tasks/release', summary: 'Unassign a leaving user from everything',
    access: 'internal', callers: ['user'], status: 200,
    body: z.strictObject(aboutUser), reply: z.object({ released: z.number().int() }),
  }),
  reassignTasks: operation({
    method: 'POST', path: '/internal/tasks/reassign', summary: 'Undo a release', access: 'internal', callers: ['user'], status: 200,
    // Which tasks these were, the release wrote down; `released` comes from sagas that an older version began.
    body: z.strictObject({ ...aboutUser, released: z.array(z.object({ taskId: Id })).optional() }), reply: z.object({ reassigned: z.number().int() }),
  }),
  createTasks: operation({
    method: 'POST', path: '/internal/tasks/create-many', summary: 'Create the tasks of a template, or none',
    access: 'internal', callers: ['project'], status: 200,
    body: z.strictObject({ ...aboutProject, actor: Id, tasks: z.array(SeedTask).max(1000) }), reply: z.object({ created: z.number().int() }),
    errors: { 'dependency-cycle': 409, 'too-many-links': 409, 'project-unknown': 404, discarded: 409 },
  }),
  discardTasks: operation({
    method: 'POST', path: '/internal/tasks/discard', summary: 'Undo a create-many', access: 'internal', callers: ['project'], status: 200,
    body: z.strictObject(aboutProject), reply: z.object({ discarded: z.number().int() }),
  }),
  deleteProjectTasks: operation({
    method: 'POST', path: '/internal/projects/tasks/delete', summary: 'Delete the tasks of a project',
    access: 'internal', callers: ['project'], status: 200,
    body: z.strictObject(aboutProject), reply: z.object({ deleted: z.number().int() }),
  }),
  restoreProjectTasks: operation({
    method: 'POST', path: '/internal/projects/tasks/restore', summary: 'Undo the deletion of the tasks of a project',
    access: 'internal', callers: ['project'], status: 200,
    body: z.strictObject(aboutProject), reply: z.object({ restored: z.number().int() }),
  }),
}
