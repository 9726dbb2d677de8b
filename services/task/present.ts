import type { Comment, HistoryEntry, Task } from '../shared/contracts/task/model.ts'
import { fieldNames } from './domain/fields.ts'
import { score, type Counts } from './domain/score.ts'
import type { CommentState } from './domain/comment.ts'
import type { Existing, TaskState } from './domain/task-state.ts'

/** The one place where a task gets its public shape. */
export const presentTask = (id: string, version: number, task: Omit<Existing, 'exists'>, now: string, counts: Counts): Task => ({
  id, projectId: task.projectId, title: task.title, description: task.description, status: task.status, priority: task.priority, difficulty: task.difficulty,
  score: score(task, now, counts), startAt: task.startAt, dueAt: task.dueAt, recurrence: task.recurrence,
  ...(task.timezone && { timezone: task.timezone }), assigneeId: task.assigneeId, reporterId: task.reporterId, parentId: task.parentId,
  labels: [...task.labels], blockedBy: [...task.blockedBy], blocks: [...task.blocks], estimateMinutes: task.estimateMinutes, position: task.position,
  createdAt: task.createdAt, updatedAt: task.updatedAt, completedAt: task.completedAt, version, ...(task.deletedAt !== null && { deletedAt: task.deletedAt }),
})

type Said = Pick<Extract<CommentState, { exists: true }>, 'about' | 'authorId' | 'text' | 'mentions' | 'createdAt' | 'editedAt'>
export const presentComment = (id: string, version: number, { about, authorId, text, mentions, createdAt, editedAt }: Said): Comment =>
  ({ id, taskId: about.taskId, authorId, text, mentions: [...mentions], createdAt, editedAt, version })

const shown = ['projectId', ...fieldNames, 'status', 'reporterId', 'blockedBy', 'blocks', 'completedAt', 'deletedAt'] as const

/** Each public field that differs between two states of a task. */
export const differences = (before: TaskState, after: TaskState): HistoryEntry['changes'] => {
  const value = (task: TaskState, field: (typeof shown)[number]): unknown => (task.exists ? task[field] ?? null : null)
  return Object.fromEntries(shown.flatMap(field => {
    const [was, is] = [value(before, field), value(after, field)]
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [[field, { before: was, after: is }]]
  }))
}
