import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import type { ChangeStatus, CreateTask } from '../domain/task-commands.ts'
import type { About, TaskEvent } from '../domain/task-events.ts'
import type { Fields } from '../domain/task-state.ts'
import type { TaskRow } from '../views/task-document.ts'

// Worked examples of the domain, for its tests and those of the service.
export const t0 = '2026-03-02T09:00:00.000Z'
export const t1 = '2026-03-03T09:00:00.000Z'
export const fields: Fields = {
  title: 'Ship it', description: '', priority: 'none', difficulty: null, startAt: null, dueAt: null, recurrence: null,
  assigneeId: null, parentId: null, labels: [], estimateMinutes: null, position: 1,
}
export const about: About = { taskId: 't1', projectId: 'p1', title: 'Ship it', assigneeId: null, reporterId: 'ann' }
export const created: Extract<TaskEvent, { type: 'TaskCreated' }> =
  { type: 'TaskCreated', about, fields, status: 'todo', category: 'open', mentions: [], blockedBy: [], sagaId: null, at: t0 }
export const create: CreateTask = {
  type: 'CreateTask', taskId: 't1', projectId: 'p1', reporterId: 'ann', fields, status: undefined, workflow: defaultWorkflow,
  mentions: [], blockedBy: [], at: t0,
}
export const moveTo = (to: string, over: Partial<ChangeStatus> = {}): ChangeStatus =>
  ({ type: 'ChangeStatus', taskId: 't1', to, workflow: defaultWorkflow, role: 'contributor', closedBlockers: [], at: t1, ...over })
export const entered = (from: string, to: string, category: Extract<TaskEvent, { type: 'TaskStatusChanged' }>['category']): TaskEvent =>
  ({ type: 'TaskStatusChanged', about, from, to, category, reopened: false, at: t1 })
export const linked = (blockedBy: string[]): TaskEvent => ({ type: 'TaskLinked', about, blockedBy: { before: [], after: blockedBy }, blocks: null, graphVersion: 1, at: t0 })
export const aRow: TaskRow = {
  ...fields, _id: 'x', version: 1, organizationId: 'acme', projectId: 'p1', reporterId: 'ann', status: 'todo', category: 'open',
  blockedBy: [], blocks: [], linksVersion: 0, createdAt: t0, updatedAt: t0, startedAt: null, completedAt: null,
  deletedAt: null, deletedBySaga: null, createdBySaga: null, overdueFor: null, deleted: false, dueSlot: null, dueDay: null,
}
