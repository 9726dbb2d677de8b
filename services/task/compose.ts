import { projectInternal } from '../shared/contracts/project/internal.ts'
import { taskEvents } from '../shared/contracts/task/events.ts'
import type { Clock } from '../shared/kit/clock.ts'
import type { Dapr } from '../shared/kit/dapr/dapr.ts'
import { aggregate } from '../shared/kit/events/log/aggregate.ts'
import { openLog, type LogOptions } from '../shared/kit/events/log/open-log.ts'
import type { Logger } from '../shared/kit/observe/log.ts'
import { stateView } from '../shared/kit/events/views/view.ts'
import { client } from '../shared/kit/http/client.ts'
import { accessTo } from './access.ts'
import { commentDecider } from './domain/comment.ts'
import { graphDecider } from './domain/graph.ts'
import { taskDecider } from './domain/task.ts'
import { toPublic, type StoredEvent } from './publish.ts'
import { commentIndexes, toCommentDocument } from './views/comment-document.ts'
import { listsInUse, type ListInUse } from './views/lists-in-use.ts'
import { projectCopies, type ProjectRow } from './views/projects.ts'
import { otherReplicas } from './views/other-replicas.ts'
import { readableRows } from './views/readable-rows.ts'
import { taskRow, toTaskDocument } from './views/task-document.ts'
import { taskLists } from './views/task-lists.ts'

export type Given = { db: LogOptions<StoredEvent, typeof taskEvents>['db']; dapr: Dapr; clock: Clock; logger: Logger; instanceId?: string }

/** Everything that the routes and reactions of the task service work with. */
export const taskDeps = ({ db, dapr, clock, logger, instanceId }: Given) => {
  const log = openLog<StoredEvent, typeof taskEvents>({
    db, service: 'task', topic: taskEvents, toPublic: commit => commit.events.flatMap(toPublic),
    dapr, clock, logger, ...(instanceId !== undefined && { instanceId }),
  })
  const tasks = aggregate({ name: 'task', log, decider: taskDecider, cacheSize: 20_000 })
  const graphs = aggregate({ name: 'graph', log, decider: graphDecider, cacheSize: 500 })
  const comments = aggregate({ name: 'comment', log, decider: commentDecider })
  const taskView = stateView({
    log, aggregate: tasks, collection: 'tasks', indexes: ['projectId', 'assigneeId', 'parentId', 'dueSlot', 'dueDay'],
    fields: ['organizationId', 'deleted'], toDocument: toTaskDocument,
  })
  const commentView = stateView({
    log, aggregate: comments, collection: 'comments', indexes: commentIndexes, fields: ['organizationId'], toDocument: toCommentDocument,
  })
  const rows = readableRows({ tasks, clock, logger })
  const inUse = listsInUse({ documents: log.store.documents<ListInUse>('lists_in_use'), clock, logger })
  const lists = taskLists({
    used: inUse.note,
    find: equal => taskView.now(equal.organizationId, equal, rows.unreadable),
    load: rows.load,
  })
  tasks.follow(async ({ tenantId, id, state, version }) => {
    const row = taskRow(state, { tenantId, id, version })
    if (row) lists.put(row)
  })
  const replicas = otherReplicas({ log, rows, lists, clock })
  const project = client(projectInternal, 'project', dapr)
  const projects = projectCopies({
    documents: log.store.documents<ProjectRow>('projects'), clock,
    ask: (organizationId, id) => project.getProject({ params: { id }, query: { organizationId } }),
  })
  return {
    log, tasks, graphs, comments, taskView, commentView, lists, replicas, readAhead: (signal: AbortSignal) => inUse.readAhead(lists, replicas, signal),
    projects, access: accessTo(projects), clock, dapr, logger,
  }
}
/** What the routes and reactions work with. */
export type TaskDeps = ReturnType<typeof taskDeps>
