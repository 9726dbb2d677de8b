import type { Connection } from 'mongoose'
import { projectEvents } from '../../../services/shared/contracts/project/events.ts'
import { systemClock } from '../../../services/shared/kit/clock.ts'
import { memoryDapr } from '../../../services/shared/kit/dapr/memory-dapr.ts'
import { aggregate, type Aggregate } from '../../../services/shared/kit/events/log/aggregate.ts'
import { parseStream, type Commit, type DomainEvent } from '../../../services/shared/kit/events/log/commit.ts'
import { openLog } from '../../../services/shared/kit/events/log/open-log.ts'
import { storable } from '../../../services/shared/kit/events/views/storable.ts'
import { silentLogger } from '../../../services/shared/kit/observe/log.ts'
import { projectDecider } from '../../../services/project/domain/project.ts'
import { publicEvents, type StoredEvent } from '../../../services/project/publish.ts'
import { projectViews, toProjectRow } from '../../../services/project/views/projects.ts'
import { taskDeps } from '../../../services/task/deps.ts'
import { toCommentDocument } from '../../../services/task/views/comment-document.ts'
import { toTaskDocument } from '../../../services/task/views/task-document.ts'
import { checkView, type Row } from '../check/views.ts'
import { withDatabase, type ProducerLog } from './documents.ts'

type Folding<S> = Pick<Aggregate<S, never, DomainEvent>, 'name' | 'initial' | 'fold'>
type ToDocument<S> = (state: S, about: { tenantId: string; id: string; version: number }) => object | undefined

/** What the log makes of every aggregate of a kind. */
const folded = <S>({ name, initial, fold }: Pick<Folding<S>, 'name' | 'initial' | 'fold'>, commits: readonly Commit[], toDocument: ToDocument<S>): Row[] =>
  [...Map.groupBy(commits, c => c.stream)].flatMap(([stream, some]) => {
    const { tenantId, aggregate: kind, id } = parseStream(stream)
    if (kind !== name) return []
    const ordered = some.toSorted((a, b) => a.version - b.version)
    const version = ordered.at(-1)?.version ?? 0
    const document = toDocument(ordered.reduce(fold, initial), { tenantId, id, version })
    return document ? [{ ...storable(document), _id: id, version }] : []
  })

const given = (db: Connection) => ({ db, dapr: memoryDapr(), clock: systemClock, logger: silentLogger })

/** Read models of the task service, live against what their log says. */
export const checkTaskViews = (uri: string, { commits }: ProducerLog): Promise<string[]> => withDatabase(uri, 'task', async db => {
  const { tasks, comments, taskView, commentView } = taskDeps(given(db))
  return [
    ...checkView('task', folded(tasks, commits, toTaskDocument), await taskView.collection.find({})).unequal,
    ...checkView('comment', folded(comments, commits, toCommentDocument), await commentView.collection.find({})).unequal,
  ]
})

export const checkProjectViews = (uri: string, { commits }: ProducerLog): Promise<string[]> => withDatabase(uri, 'project', async db => {
  const log = openLog<StoredEvent, typeof projectEvents>({ ...given(db), service: 'project', topic: projectEvents, toPublic: publicEvents })
  const projects = aggregate({ name: 'project', log, decider: projectDecider })
  const { view } = projectViews(log, projects)
  return checkView('project', folded(projects, commits, toProjectRow), await view.collection.find({})).unequal
})
