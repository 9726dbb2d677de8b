import { closed } from '../domain/transitions.ts'
import type { Existing, TaskState } from '../domain/task-state.ts'

/** A task as its read model keeps it. `dueSlot` is the second at which it becomes overdue, while that is still to come or to be said; `dueDay` its date. */
export type TaskDocument = Omit<Existing, 'exists'> & { organizationId: string; deleted: boolean; dueSlot: string | null; dueDay: string | null }
export type TaskRow = TaskDocument & { _id: string; version: number }

/** The first whole second at which a due date has passed. */
export const slotOf = (dueAt: string): number => Math.ceil(Date.parse(dueAt) / 1000)

/** The date (UTC) of a second. */
export const dayOf = (slot: number): string => new Date(slot * 1000).toISOString().slice(0, 10)

export const toTaskDocument = (task: TaskState, { tenantId }: { tenantId: string }): TaskDocument | undefined => {
  if (!task.exists) return undefined
  const { exists: _, ...rest } = task
  const dueSlot = task.dueAt !== null && task.deletedAt === null && !closed(task.category) && task.overdueFor !== task.dueAt ? String(slotOf(task.dueAt)) : null
  return { ...rest, organizationId: tenantId, deleted: task.deletedAt !== null, dueSlot, dueDay: dueSlot === null ? null : dayOf(Number(dueSlot)) }
}

/** The document with its id, as the lists in memory keep it. */
export const taskRow = (task: TaskState, { tenantId, id, version }: { tenantId: string; id: string; version: number }): TaskRow | undefined => {
  const document = toTaskDocument(task, { tenantId })
  return document && { ...document, _id: id, version }
}
