import type { Aggregate } from '../../shared/kit/events/aggregate.ts'
import { parseStream } from '../../shared/kit/events/commit.ts'
import type { EventLog } from '../../shared/kit/events/ports.ts'
import type { View } from '../../shared/kit/events/view.ts'
import type { TaskCommand } from '../domain/task-commands.ts'
import type { TaskEvent } from '../domain/task-events.ts'
import type { TaskState } from '../domain/task-state.ts'
import { inParallel } from '../in-parallel.ts'
import type { StoredEvent } from '../publish.ts'
import { toTaskDocument, type TaskDocument, type TaskRow } from './task-document.ts'

const WIDTH = 32

type Options = { log: EventLog<StoredEvent>; tasks: Aggregate<TaskState, TaskCommand, TaskEvent>; taskView: View<TaskDocument> }
/** What rows are asked for by: equality, within one organization. */
export type TaskFilter = { organizationId: string } & Readonly<Partial<Record<'projectId' | 'assigneeId', string>>>

/** The tasks that match now: those of the read model, and those that a process appended and died before the read model had them. */
export const tasksNow = ({ log, tasks, taskView }: Options) => async (filter: TaskFilter): Promise<TaskRow[]> => {
  await taskView.settled()
  const rows = new Map((await taskView.collection.find(filter)).map(row => [row._id, row]))
  const unseen = new Map((await log.unfinishedOfOthers()).map(({ stream }) => [stream, parseStream(stream)]))
  await inParallel([...unseen.values()].filter(({ aggregate, tenantId }) => aggregate === tasks.name && tenantId === filter.organizationId), WIDTH, async ({ tenantId, id }) => {
    const { state, version } = await tasks.load(tenantId, id)
    const document = toTaskDocument(state, { tenantId })
    if (!document) return
    const row = { ...document, _id: id, version }
    if (Object.entries(filter).every(([field, value]) => Reflect.get(row, field) === value)) rows.set(id, row)
    else rows.delete(id)
  })
  return [...rows.values()]
}
