import { z } from 'zod'
import { defaultWorkflow, StatusCategory } from '../../shared/contracts/workflow.ts'
import type { Received } from '../../shared/kit/events/consumer/handler.ts'
import { derivedId } from '../../shared/kit/ids.ts'

// What the table keeps in columns of its own. Other events, and fields that come later, are in `data` whole.
const text = z.string().nullish().transform(v => v ?? '').catch('')
const time = z.iso.datetime().nullish().transform(v => v ?? null).catch(null)
const Fields = z.object({
  projectId: text, taskId: text, userId: text, assigneeId: text, reporterId: text, status: text, to: text, category: StatusCategory.optional().catch(undefined),
  dueAt: time, createdAt: time, startedAt: time, completedAt: time, changes: z.record(z.string(), z.object({ after: z.unknown() })).optional().catch(undefined),
})

export type EventRow = ReturnType<typeof rowOf>

/** An event as a row. Its id is hashed, because the ids of some events hold the id of a person. */
export const rowOf = (event: Received) => {
  const fields = Fields.parse(event.data)
  const status = statusOf(event.type, fields)
  const due = dueOf(event.type, fields)
  return {
    event_id: derivedId(event.id), name: event.type, topic: event.topic, partition: event.partition, position: event.position,
    organization_id: event.organizationId, project_id: fields.projectId, subject: event.subject, aggregate_version: event.version,
    at: event.at, actor_id: event.actor.includes(':') || event.actor === 'anonymous' ? '' : event.actor,
    task_id: fields.taskId, user_id: fields.userId, assignee_id: fields.assigneeId, reporter_id: fields.reporterId,
    status, category: status === '' || event.type === 'TaskRestored' ? '' : fields.category ?? usual(status),
    sets_due: due === undefined ? 0 : 1, due_at: due ?? null,
    created_at: fields.createdAt, started_at: fields.startedAt, completed_at: fields.completedAt,
    correlation_id: event.correlationId, data: JSON.stringify(event.data),
  }
}

/** The status that an event brings a task into; '' when it brings none. */
const statusOf = (type: string, { status, to }: z.infer<typeof Fields>): string => {
  if (type === 'TaskStatusChanged') return to
  return type === 'TaskCreated' || type === 'TaskRestored' ? status : ''
}

/** The due date that an event sets; undefined when it does not speak of it. */
const dueOf = (type: string, { dueAt, changes }: z.output<typeof Fields>): string | null | undefined => {
  if (type === 'TaskCreated') return dueAt
  const change = type === 'TaskUpdated' ? changes?.['dueAt'] : undefined
  return change && time.parse(change.after)
}

/** For an event that does not say what its status means. */
const usual = (status: string): StatusCategory => defaultWorkflow.statuses.find(s => s.key === status)?.category ?? 'active'
