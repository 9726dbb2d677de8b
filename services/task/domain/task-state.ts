import type { Difficulty, Priority } from '../../shared/contracts/primitives.ts'
import type { StatusCategory } from '../../shared/contracts/workflow.ts'

/** What people write into a task. Times are ISO 8601 UTC with milliseconds, so that they compare as text. */
export type Fields = {
  title: string; description: string; priority: Priority; difficulty: Difficulty | null; startAt: string | null; dueAt: string | null
  /** The rule, and the time zone whose days and clock it counts by: UTC without one, as for all that was stored before there were zones. */
  recurrence: string | null; timezone?: string | null
  assigneeId: string | null; parentId: string | null; labels: readonly string[]; estimateMinutes: number | null; position: number
}
export type FieldName = keyof Fields

export type Existing = Readonly<Fields> & Readonly<{
  exists: true
  projectId: string; reporterId: string | null
  status: string; category: StatusCategory
  blockedBy: readonly string[]; blocks: readonly string[]
  /** The version of the project's graph that the two lists were taken from. */
  linksVersion: number
  createdAt: string; updatedAt: string; startedAt: string | null; completedAt: string | null
  deletedAt: string | null
  /** The saga that deleted or created it, so that the saga's undoing finds it. */
  deletedBySaga: string | null; createdBySaga: string | null
  /** The due date for which it was called overdue. */
  overdueFor: string | null
}>
export type TaskState = { exists: false } | Existing

export const absent: TaskState = { exists: false }
