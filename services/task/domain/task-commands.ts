import type { ProjectRole } from '../../shared/contracts/primitives.ts'
import type { Workflow } from '../../shared/contracts/workflow.ts'
import type { Fields } from './task-state.ts'

/** `role` is that of its creator, absent when the service itself creates; `openBlockers` are those it is to wait for, by links that may come later. */
export type CreateTask = {
  type: 'CreateTask'; taskId: string; projectId: string; reporterId: string; fields: Fields; status: string | undefined; workflow: Workflow; role?: ProjectRole
  mentions: readonly string[]; blockedBy: readonly string[]; openBlockers?: readonly string[]; sagaId?: string; at: string
}
/** `ifUnassigned`: changes nothing once somebody has the task; `ifHeldBy`: nor unless this person has it, and still has to do it. */
export type UpdateTask = {
  type: 'UpdateTask'; taskId: string; fields: Partial<Fields>; mentions: readonly string[]; ifUnassigned?: true; ifHeldBy?: string; at: string
}
/** `closedBlockers` are the blockers known to be closed; any other holds the task back. */
export type ChangeStatus = {
  type: 'ChangeStatus'; taskId: string; to: string; workflow: Workflow; role: ProjectRole; closedBlockers: readonly string[]; at: string
}
/** The links of the task in its project's graph at a version of the graph; an older version than the one known changes nothing. */
export type LinkTask = { type: 'LinkTask'; taskId: string; blockedBy: readonly string[]; blocks: readonly string[]; graphVersion: number; at: string }
export type DeleteTask = { type: 'DeleteTask'; taskId: string; sagaId?: string; at: string }
/** The task comes back into the workflow and to the members of now. With `sagaId`: only if that saga deleted it. */
export type RestoreTask = { type: 'RestoreTask'; taskId: string; workflow: Workflow; members: readonly string[]; sagaId?: string; at: string }
export type MarkOverdue = { type: 'MarkOverdue'; taskId: string; dueAt: string; at: string }

export type TaskCommand = CreateTask | UpdateTask | ChangeStatus | LinkTask | DeleteTask | RestoreTask | MarkOverdue
