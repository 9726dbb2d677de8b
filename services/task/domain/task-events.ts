import type { StatusCategory } from '../../shared/contracts/workflow.ts'
import type { FieldName, Fields } from './task-state.ts'

/** What every event says of its task, so that a consumer need not ask. */
export type About = { taskId: string; projectId: string; title: string; assigneeId: string | null; reporterId: string | null }
export const aboutOf = (taskId: string, { projectId, title, assigneeId, reporterId }: Omit<About, 'taskId'>): About =>
  ({ taskId, projectId, title, assigneeId, reporterId })

export type FieldChanges = { [F in FieldName]?: { before: Fields[F]; after: Fields[F] } }
type Links = { before: readonly string[]; after: readonly string[] }

export type TaskEvent =
  | {
      type: 'TaskCreated'; about: About; fields: Fields; status: string; category: StatusCategory
      mentions: readonly string[]; blockedBy: readonly string[]; sagaId: string | null; at: string
    }
  | { type: 'TaskUpdated'; about: About; changes: FieldChanges; mentions: readonly string[]; at: string }
  | { type: 'TaskStatusChanged'; about: About; from: string; to: string; category: StatusCategory; reopened: boolean; at: string }
  | { type: 'TaskCompleted'; about: About; startedAt: string | null; createdAt: string; at: string }
  | { type: 'TaskLinked'; about: About; blockedBy: Links | null; blocks: Links | null; graphVersion: number; at: string }
  | { type: 'TaskDeleted'; about: About; sagaId: string | null; at: string }
  | { type: 'TaskRestored'; about: About; status: string; at: string }
  | { type: 'TaskOverdue'; about: About; dueAt: string; at: string }
