import { z } from 'zod'
import { operation } from '../define.ts'
import { Id, page, paging, Time } from '../primitives.ts'
import { StatusKey } from '../workflow.ts'
import { BulkOperation, BulkResult } from './bulk.ts'
import { Comment, HistoryEntry, NewComment, NewTask, Task, TaskFields } from './model.ts'

const byId = z.object({ id: Id })
const byComment = z.object({ id: Id, commentId: Id })
const some = z.string().min(1).max(1000)
const known = { 'task-unknown': 404 } as const
const kept = { ...known, 'project-closed': 409 } as const
const linked = { 'dependency-cycle': 409, 'too-many-links': 409, 'other-project': 409, 'self-dependency': 409, 'blocker-unknown': 404 } as const
const taken = {
  'parent-unknown': 404, unknown: 404, 'not-a-member': 409, 'parent-cycle': 409, 'too-deep': 409, 'dates-reversed': 409,
  'illegal-transition': 409, 'other-project': 409, 'project-closed': 409, 'bad-recurrence': 400,
} as const
const commented = { ...kept, 'comment-unknown': 404, 'not-the-author': 403 } as const
const moved = { ...kept, 'illegal-transition': 409, 'task-blocked': 409, 'role-not-permitted': 403 } as const

/** The sort orders of a task list; a minus turns one round. Tasks without the value come last. */
export const TaskSort = z.enum([
  'createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'dueAt', '-dueAt', 'priority', '-priority',
  'score', '-score', 'position', '-position', 'title', '-title',
])
export type TaskSort = z.infer<typeof TaskSort>

/**
 * The filters of a task list. Several values of one filter are separated by commas; `label` may also be given several times, and finds
 * labels that have a comma in them by their whole text. `assigneeId=none` finds the unassigned,
 * `deleted=true` those that can be restored instead of those that are there.
 */
export const TaskQuery = z.strictObject({
  ...paging, projectId: Id.optional(), status: some.optional(), assigneeId: some.optional(), label: z.array(some).max(50).optional(), priority: some.optional(),
  parentId: Id.optional(), dueBefore: Time.optional(), dueAfter: Time.optional(),
  overdue: z.enum(['true', 'false']).optional(), deleted: z.enum(['true', 'false']).optional(),
  q: z.string().trim().min(1).max(200).optional(), sort: TaskSort.default('-createdAt'),
})
export type TaskQuery = z.infer<typeof TaskQuery>

export const taskApi = {
  createTask: operation({
    method: 'POST', path: '/api/tasks', summary: 'Create a task', access: 'user', callers: ['gateway', 'ai'], status: 201, headers: ['Location'],
    body: NewTask, reply: Task, errors: { ...taken, ...linked, 'task-exists': 409, 'task-blocked': 409, 'role-not-permitted': 403 },
  }),
  listTasks: operation({
    method: 'GET', path: '/api/tasks', summary: 'Find tasks in the projects you may see', access: 'user', callers: ['gateway', 'project'], status: 200,
    query: TaskQuery, reply: page(Task), errors: { unknown: 404 },
  }),
  bulkTasks: operation({
    method: 'POST', path: '/api/tasks/bulk', summary: 'Up to 500 operations, each with its own result', access: 'user', status: 200, patienceMs: 14_000,
    body: z.strictObject({ operations: z.array(BulkOperation).min(1).max(500) }), reply: z.object({ results: z.array(BulkResult) }),
  }),
  getTask: operation({
    method: 'GET', path: '/api/tasks/:id', summary: 'A task as it is, or as it was at a time or version',
    access: 'user', callers: ['gateway', 'ai', 'project'], status: 200, changing: true,
    params: byId, query: z.strictObject({ at: Time.optional(), version: z.coerce.number().int().min(1).max(1e9).optional() }),
    reply: Task, errors: { ...known, 'version-unknown': 404 },
  }),
  updateTask: operation({
    method: 'PUT', path: '/api/tasks/:id', summary: 'Replace the fields named', access: 'user', status: 200,
    params: byId, body: TaskFields, reply: Task, errors: { ...known, ...taken },
  }),
  deleteTask: operation({
    method: 'DELETE', path: '/api/tasks/:id', summary: 'Delete a task; it can be restored', access: 'user', status: 204, headers: ['ETag'],
    params: byId, errors: kept,
  }),
  restoreTask: operation({
    method: 'POST', path: '/api/tasks/:id/restore', summary: 'Bring a deleted task back', access: 'user', status: 200, ifMatch: true,
    params: byId, reply: Task, errors: kept,
  }),
  changeStatus: operation({
    method: 'PATCH', path: '/api/tasks/:id/status', summary: 'Move a task along its workflow', access: 'user', status: 200,
    params: byId, body: z.strictObject({ status: StatusKey }), reply: Task, errors: moved,
  }),
  addDependency: operation({
    method: 'POST', path: '/api/tasks/:id/dependencies', summary: 'Say what blocks a task', access: 'user', status: 201, ifMatch: true,
    params: byId, body: z.strictObject({ blockedBy: Id }), reply: Task, errors: { ...kept, ...linked },
  }),
  removeDependency: operation({
    method: 'DELETE', path: '/api/tasks/:id/dependencies/:otherId', summary: 'Take a blocker away', access: 'user', status: 204, headers: ['ETag'],
    params: z.object({ id: Id, otherId: Id }), errors: { ...kept, 'dependency-unknown': 404 },
  }),
  taskHistory: operation({
    method: 'GET', path: '/api/tasks/:id/history', summary: 'Who changed what, and when', access: 'user', status: 200,
    params: byId, query: z.strictObject(paging), reply: page(HistoryEntry), errors: known,
  }),
  addComment: operation({
    method: 'POST', path: '/api/tasks/:id/comments', summary: 'Comment on a task', access: 'user', status: 201,
    params: byId, body: NewComment, reply: Comment, errors: kept,
  }),
  listComments: operation({
    method: 'GET', path: '/api/tasks/:id/comments', summary: 'The comments of a task, oldest first', access: 'user', status: 200,
    params: byId, query: z.strictObject(paging), reply: page(Comment), errors: known,
  }),
  editComment: operation({
    method: 'PUT', path: '/api/tasks/:id/comments/:commentId', summary: 'Change your comment', access: 'user', status: 200,
    params: byComment, body: NewComment, reply: Comment, errors: commented,
  }),
  deleteComment: operation({
    method: 'DELETE', path: '/api/tasks/:id/comments/:commentId', summary: 'Delete a comment', access: 'user', status: 204, headers: ['ETag'],
    params: byComment, errors: commented,
  }),
}
