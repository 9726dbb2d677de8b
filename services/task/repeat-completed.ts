import { reactionTo } from '../shared/kit/command.ts'
import { Refused } from '../shared/kit/decider.ts'
import type { DomainCommit } from '../shared/kit/events/log/event-log.ts'
import { derivedId } from '../shared/kit/ids.ts'
import type { TaskDeps } from './compose.ts'
import type { Existing, Fields } from './domain/task-state.ts'
import type { StoredEvent } from './publish.ts'
import { nextOccurrence } from './domain/occurrences.ts'
import { originOf, shifted } from './domain/recurrence.ts'

type Needed = Pick<TaskDeps, 'tasks' | 'projects' | 'clock' | 'logger'>
/** The reaction to a completed task that recurs: its next occurrence, once for each due date, however often it is completed. */
export const repeatCompleted = ({ tasks, projects, clock, logger }: Needed) => async (commit: DomainCommit<StoredEvent>): Promise<void> => {
  if (!commit.events.some(event => event.type === 'TaskCompleted')) return
  const { tenantId, aggregateId } = commit
  const { state: task } = await tasks.at(tenantId, aggregateId, { version: commit.version })
  if (!task.exists || task.recurrence === null) return
  let fields: Fields | undefined
  try {
    fields = nextFields(task, task.recurrence, commit.at)
  } catch (error) {
    // Trying again would find the same, and hold up whatever waits for this commit.
    logger.warn({ error, taskId: aggregateId, recurrence: task.recurrence }, 'a recurrence ends: it has no next date that a task can have')
    return
  }
  const project = await projects.get(tenantId, task.projectId)
  if (!fields || !project || project.deletedAt !== null) return
  const id = derivedId('occurrence', aggregateId, task.dueAt ?? task.createdAt)
  const meta = reactionTo(commit, `${commit.id}:next`, clock.now())
  const assigneeId = project.members.some(m => m.userId === task.assigneeId) ? task.assigneeId : null
  const command = {
    type: 'CreateTask', taskId: id, projectId: task.projectId, reporterId: task.reporterId ?? commit.actor, fields: { ...fields, assigneeId },
    status: undefined, workflow: project.workflow, mentions: [], blockedBy: [], at: meta.at,
  } as const
  await tasks.handle(tenantId, id, command, meta).catch((error: unknown) => {
    if (!(error instanceof Refused) || error.code !== 'task-exists') throw error
  })
}

/**
 * The next one starts as long before it is due as this one did, and never in the past. Undefined when the rule has ended;
 * throws when it leads nowhere. `Required`: no field is forgotten, also none that older tasks lack.
 */
const nextFields = (task: Existing, rule: string, completedAt: string): Required<Fields> | undefined => {
  const { title, description, priority, difficulty, assigneeId, parentId, labels, estimateMinutes, timezone = null, position } = task
  const from = originOf(task, task.createdAt)
  const next = nextOccurrence(rule, from, from > completedAt ? from : completedAt, timezone ?? 'UTC')
  if (!next) return undefined
  const { at: dueAt, rule: recurrence } = next
  const startAt = task.startAt === null ? null : shifted(task.startAt, from, dueAt, timezone ?? 'UTC')
  return {
    title, description, priority, difficulty, assigneeId, parentId, labels, estimateMinutes,
    dueAt, startAt, recurrence, timezone, position,
  }
}
