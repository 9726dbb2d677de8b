import type { Connection } from 'mongoose'
import { projectEvents } from '../../../services/shared/contracts/project/events.ts'
import { aggregate } from '../../../services/shared/kit/events/log/aggregate.ts'
import { parseStream } from '../../../services/shared/kit/events/log/commit.ts'
import { openLog } from '../../../services/shared/kit/events/log/open-log.ts'
import { storable } from '../../../services/shared/kit/events/views/storable.ts'
import { projectDecider } from '../../../services/project/domain/project.ts'
import { templateDecider } from '../../../services/project/domain/template.ts'
import { timeEntryDecider } from '../../../services/project/domain/time-entry.ts'
import { presentRecord } from '../../../services/project/present.ts'
import { publicEvents, type StoredEvent } from '../../../services/project/publish.ts'
import { projectViews } from '../../../services/project/views/projects.ts'
import { templateViews } from '../../../services/project/views/templates.ts'
import { timeViews } from '../../../services/project/views/time-entries.ts'
import { taskDeps } from '../../../services/task/compose.ts'
import type { ProjectRow } from '../../../services/task/views/projects.ts'
import { checkView } from '../check/views.ts'
import { withDatabase, type ProducerLog } from './documents.ts'
import { checkLive, given, statesOf } from './folded.ts'

const projectsOf = (db: Connection) => {
  const log = openLog<StoredEvent, typeof projectEvents>({ ...given(db), service: 'project', topic: projectEvents, toPublic: publicEvents })
  return { log, projects: aggregate({ name: 'project', log, decider: projectDecider }) }
}

/** Read models of the task service, live against what their log says, and its copies of projects against the log of those. */
export const checkTaskViews = (uri: string, { commits }: ProducerLog, projects: ProducerLog): Promise<string[]> => withDatabase(uri, 'task', async db => {
  const { log, tasks, comments, taskView, commentView } = taskDeps(given(db))
  return [
    ...await checkLive(tasks, taskView, commits), ...await checkLive(comments, commentView, commits),
    ...checkCopies(db, projects, await log.store.documents<ProjectRow>('projects').find({})),
  ]
})

/** The tasks of a project as their read model has them. */
export const tasksOf = (uri: string, projectId: string) => withDatabase(uri, 'task', db => taskDeps(given(db)).taskView.collection.find({ projectId }))

/** Read models of the project service. */
export const checkProjectViews = (uri: string, { commits }: ProducerLog): Promise<string[]> => withDatabase(uri, 'project', async db => {
  const { log, projects } = projectsOf(db)
  const templates = aggregate({ name: 'template', log, decider: templateDecider })
  const entries = aggregate({ name: 'time-entry', log, decider: timeEntryDecider })
  return [
    ...await checkLive(projects, projectViews(log, projects).view, commits), ...await checkLive(templates, templateViews(log, templates).view, commits),
    ...await checkLive(entries, timeViews(log, entries).view, commits),
  ]
})

/** A copy is of the newest version that was news, or of a later one that only its owner knows of. */
const checkCopies = (db: Connection, { commits, events }: ProducerLog, live: readonly ProjectRow[]): string[] => {
  const at = new Map(live.map(row => [row.projectId, row.version]))
  const news = new Map(events.map(event => [event.subject, event.aggregateversion]))
  const copied = commits.filter(({ stream, version }) => version <= (at.get(parseStream(stream).id) ?? 0))
  const due = statesOf(projectsOf(db).projects, copied).map(({ tenantId, id, version, state }) => {
    const { id: projectId, ...record } = presentRecord(tenantId, id, version, state)
    return { _id: `${tenantId}/${id}`, projectId, ...storable(record) }
  })
  return [
    ...[...news]
      .filter(([id, version]) => (at.get(id) ?? 0) < version)
      .map(([id, version]) => `copy of project ${id} is of version ${at.get(id) ?? 'none'}, and ${version} was news`),
    ...checkView('copy of project', due, live).unequal,
  ]
}
