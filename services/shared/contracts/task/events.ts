import { z } from 'zod'
import { event, topic, type PublicEvent } from '../define.ts'
import { Changes, Difficulty, Id, Priority, Time } from '../primitives.ts'
import { StatusCategory } from '../workflow.ts'

// What a status means in its project, so that figures need not ask for the workflow.
const category = StatusCategory.optional()
const about = { taskId: Id, projectId: Id, title: z.string(), assigneeId: Id.nullable(), reporterId: Id.nullable() }

export const TaskCreated = event('TaskCreated', 1, z.object({
  ...about, status: z.string(), category, priority: Priority, difficulty: Difficulty.nullable(), labels: z.array(z.string()),
  startAt: Time.nullable(), dueAt: Time.nullable(), estimateMinutes: z.number().int().nullable(), parentId: Id.nullable(), mentions: z.array(Id),
}))
/** `changes` names each changed field with its value before and after; `mentions` are the people newly mentioned. */
export const TaskUpdated = event('TaskUpdated', 1, z.object({ ...about, changes: Changes, mentions: z.array(Id) }))
export const TaskStatusChanged = event('TaskStatusChanged', 1, z.object({ ...about, from: z.string(), to: z.string(), category }))
/** Follows the TaskStatusChanged (or the TaskCreated) that entered a `done` status of the workflow; a cancelled task is not completed. */
export const TaskCompleted = event('TaskCompleted', 1, z.object({ ...about, completedAt: Time, startedAt: Time.nullable(), createdAt: Time }))
export const TaskDeleted = event('TaskDeleted', 1, z.object({ ...about }))
export const TaskRestored = event('TaskRestored', 1, z.object({ ...about, status: z.string() }))
export const TaskOverdue = event('TaskOverdue', 1, z.object({ ...about, dueAt: Time }))
export const CommentAdded = event('CommentAdded', 1, z.object({ ...about, commentId: Id, mentions: z.array(Id) }))

export const taskEvents = topic('task-events', 'task', [
  TaskCreated, TaskUpdated, TaskStatusChanged, TaskCompleted, TaskDeleted, TaskRestored, TaskOverdue, CommentAdded,
])
export type TaskPublicEvent = PublicEvent<typeof taskEvents>
