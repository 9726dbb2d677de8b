import { patchOf } from './fields.ts'
import type { TaskEvent } from './task-events.ts'
import type { TaskState } from './task-state.ts'

/** The task after an event. */
export const evolve = (task: TaskState, event: TaskEvent): TaskState => {
  if (event.type === 'TaskCreated') return created(event)
  if (!task.exists) return task
  switch (event.type) {
    case 'TaskUpdated': return { ...task, ...patchOf(event.changes), updatedAt: event.at }
    case 'TaskStatusChanged': return {
      ...task, status: event.to, category: event.category, updatedAt: event.at, completedAt: event.category === 'done' ? task.completedAt : null,
      startedAt: task.startedAt ?? (event.category === 'active' || event.category === 'review' ? event.at : null),
    }
    case 'TaskCompleted': return { ...task, completedAt: event.at, updatedAt: event.at }
    case 'TaskLinked': return {
      ...task, blockedBy: event.blockedBy?.after ?? task.blockedBy, blocks: event.blocks?.after ?? task.blocks,
      linksVersion: event.graphVersion, updatedAt: event.at,
    }
    case 'TaskDeleted': return { ...task, deletedAt: event.at, deletedBySaga: event.sagaId, updatedAt: event.at }
    case 'TaskRestored': return { ...task, deletedAt: null, deletedBySaga: null, updatedAt: event.at }
    case 'TaskOverdue': return { ...task, overdueFor: event.dueAt, updatedAt: event.at }
  }
}

const created = ({ about, fields, status, category, sagaId, at }: Extract<TaskEvent, { type: 'TaskCreated' }>): TaskState => ({
  exists: true, ...fields, projectId: about.projectId, reporterId: about.reporterId, status, category, blockedBy: [], blocks: [], linksVersion: 0,
  createdAt: at, updatedAt: at, startedAt: null, completedAt: null, deletedAt: null, deletedBySaga: null, createdBySaga: sagaId, overdueFor: null,
})
