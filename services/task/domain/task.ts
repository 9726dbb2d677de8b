import type { StatusCategory, Workflow } from '../../shared/contracts/workflow.ts'
import { Refused, type Decider } from '../../shared/kit/decider.ts'
import { changesOf, checkFields } from './fields.ts'
import { evolve } from './task-evolve.ts'
import type { ChangeStatus, CreateTask, DeleteTask, LinkTask, MarkOverdue, RestoreTask, TaskCommand, UpdateTask } from './task-commands.ts'
import { aboutOf, type About, type TaskEvent } from './task-events.ts'
import { absent, type Existing, type TaskState } from './task-state.ts'
import { begin, closed, enter, notBlocked } from './transitions.ts'

const decide = (task: TaskState, command: TaskCommand): TaskEvent[] => {
  switch (command.type) {
    case 'CreateTask': return create(task, command)
    case 'UpdateTask': return update(task, command)
    case 'ChangeStatus': return changeStatus(task, command)
    case 'LinkTask': return link(task, command)
    case 'DeleteTask': return remove(task, command)
    case 'RestoreTask': return restore(task, command)
    case 'MarkOverdue': return markOverdue(task, command)
  }
}

const create = (task: TaskState, command: CreateTask): TaskEvent[] => {
  const { taskId, projectId, reporterId, fields, status, workflow, role, mentions, blockedBy, openBlockers = [], sagaId, at } = command
  if (task.exists) throw new Refused('rule', 'task-exists', 'There is a task with this id.', { taskId })
  checkFields(fields, taskId)
  const entered = begin(workflow, status ?? workflow.initial, role)
  // Nothing keeps a task from its beginning.
  if (entered.key !== workflow.initial) notBlocked(workflow, entered.category, openBlockers)
  const about: About = { taskId, projectId, title: fields.title, assigneeId: fields.assigneeId, reporterId }
  const created: TaskEvent = {
    type: 'TaskCreated', about, fields, status: entered.key, category: entered.category, mentions, blockedBy, sagaId: sagaId ?? null, at,
  }
  return entered.category === 'done' ? [created, { type: 'TaskCompleted', about, startedAt: null, createdAt: at, at }] : [created]
}

const update = (state: TaskState, { taskId, fields, mentions, ifUnassigned, ifHeldBy, at }: UpdateTask): TaskEvent[] => {
  const task = present(state, taskId)
  if (ifUnassigned && task.assigneeId !== null) return []
  if (ifHeldBy !== undefined && (task.assigneeId !== ifHeldBy || closed(task.category))) return []
  const changes = changesOf(task, fields)
  if (Object.keys(changes).length === 0 && mentions.length === 0) return []
  const after = { ...task, ...fields }
  checkFields(after, taskId)
  return [{ type: 'TaskUpdated', about: aboutOf(taskId, after), changes, mentions, at }]
}

const changeStatus = (state: TaskState, { taskId, to, workflow, role, closedBlockers, at }: ChangeStatus): TaskEvent[] => {
  const task = present(state, taskId)
  if (task.status === to) return []
  const category = enter(workflow, task.status, to, role)
  notBlocked(workflow, category, task.blockedBy.filter(id => !closedBlockers.includes(id)))
  return entered(taskId, task, to, category, at)
}

const entered = (taskId: string, task: Existing, to: string, category: StatusCategory, at: string): TaskEvent[] => {
  const reopened = closed(task.category) && !closed(category)
  const changed: TaskEvent = { type: 'TaskStatusChanged', about: aboutOf(taskId, task), from: task.status, to, category, reopened, at }
  const completes = category === 'done' && task.category !== 'done'
  return completes ? [changed, { type: 'TaskCompleted', about: aboutOf(taskId, task), startedAt: task.startedAt, createdAt: task.createdAt, at }] : [changed]
}

const link = (task: TaskState, { taskId, blockedBy, blocks, graphVersion, at }: LinkTask): TaskEvent[] => {
  if (!task.exists || graphVersion <= task.linksVersion) return []
  const waits = linksOf(task.blockedBy, blockedBy)
  const holds = linksOf(task.blocks, blocks)
  return waits || holds ? [{ type: 'TaskLinked', about: aboutOf(taskId, task), blockedBy: waits, blocks: holds, graphVersion, at }] : []
}

const remove = (state: TaskState, { taskId, sagaId, at }: DeleteTask): TaskEvent[] =>
  [{ type: 'TaskDeleted', about: aboutOf(taskId, present(state, taskId)), sagaId: sagaId ?? null, at }]

const restore = (task: TaskState, { taskId, workflow, members, sagaId, at }: RestoreTask): TaskEvent[] => {
  if (!task.exists) throw unknown(taskId)
  if (task.deletedAt === null || (sagaId !== undefined && task.deletedBySaga !== sagaId)) return []
  const gone = task.assigneeId !== null && !members.includes(task.assigneeId)
  const after = gone ? { ...task, assigneeId: null } : task
  const restored: TaskEvent = { type: 'TaskRestored', about: aboutOf(taskId, after), status: task.status, at }
  const released: TaskEvent = {
    type: 'TaskUpdated', about: aboutOf(taskId, after), changes: { assigneeId: { before: task.assigneeId, after: null } }, mentions: [], at,
  }
  return [restored, ...(gone ? [released] : []), ...settled(taskId, after, workflow, at)]
}

/** What its status means by now; one that the workflow has given up becomes the first. */
const settled = (taskId: string, task: Existing, workflow: Workflow, at: string): TaskEvent[] => {
  const { key, category } = begin(workflow, workflow.statuses.some(s => s.key === task.status) ? task.status : workflow.initial, undefined)
  return key === task.status && category === task.category ? [] : entered(taskId, task, key, category, at)
}

const markOverdue = (task: TaskState, { taskId, dueAt, at }: MarkOverdue): TaskEvent[] => {
  if (!task.exists || task.deletedAt !== null || closed(task.category)) return []
  if (task.dueAt !== dueAt || task.overdueFor === dueAt || dueAt > at) return []
  return [{ type: 'TaskOverdue', about: aboutOf(taskId, task), dueAt, at }]
}

const unknown = (taskId: string): Refused => new Refused('missing', 'task-unknown', 'There is no such task.', { taskId })
const present = (task: TaskState, taskId: string): Existing => {
  if (!task.exists || task.deletedAt !== null) throw unknown(taskId)
  return task
}
const linksOf = (before: readonly string[], after: readonly string[]): { before: readonly string[]; after: readonly string[] } | null =>
  before.length === after.length && before.every((id, i) => id === after[i]) ? null : { before, after }

export const taskDecider: Decider<TaskState, TaskCommand, TaskEvent> = { initial: absent, decide, evolve }
