import type { Apis } from './apis.ts'
import { inParallel } from './in-parallel.ts'
import { pages } from './pages.ts'
import type { Person } from './person.ts'
import type { Progress } from './progress.ts'
import { count } from './tally.ts'
import { tasksOf } from './work.ts'

/**
 * What the event log holds about tasks and projects, read from their histories: events by their public name, how much work each was given by
 * somebody else, and how often each changed for what a task waits.
 */
export type LogCounts = { events: Map<string, number>; assigned: Map<string, number>; linked: Map<string, number> }
type Deps = { apis: Apis; founder: Person; readers: readonly Person[]; progress: Progress }
type Entry = { actor: string; events: string[]; changes: Record<string, { before: unknown; after: unknown }> }

const publicTaskEvents = new Set(['TaskCreated', 'TaskUpdated', 'TaskStatusChanged', 'TaskCompleted', 'TaskDeleted', 'TaskRestored', 'TaskOverdue'])
const publicProjectEvents = new Set(['ProjectCreated', 'ProjectUpdated', 'ProjectDeleted', 'ProjectRestored', 'MemberAdded', 'MemberRemoved'])

/** Everybody reads a share, so that nobody asks more often than the gateway allows. */
export const readLog = async ({ apis, founder, readers, progress }: Deps, projectIds: readonly string[]): Promise<LogCounts> => {
  const counts: LogCounts = { events: new Map(), assigned: new Map(), linked: new Map() }
  for (const id of projectIds) {
    const history = pages(async cursor => apis.projects.projectHistory({ params: { id }, query: { limit: 200, ...cursor }, token: await founder.token() }))
    for await (const { events } of history)
      for (const name of events) if (publicProjectEvents.has(name)) count(counts.events, name)
  }

  const tasks = (await inParallel(projectIds, 4, async id => (await tasksOf(apis, founder, id)).map(t => t.id))).flat()
  const step = progress.step('histories read back', tasks.length)
  let read = 0
  await inParallel(tasks, 8, async (id, i) => {
    const reader = readers[i % readers.length] ?? founder
    const history = pages(async cursor => apis.tasks.taskHistory({ params: { id }, query: { limit: 200, ...cursor }, token: await reader.token() }))
    for await (const entry of history) countEntry(counts, entry)
    const comments = pages(async cursor => apis.tasks.listComments({ params: { id }, query: { limit: 200, ...cursor }, token: await reader.token() }))
    for await (const _ of comments) count(counts.events, 'CommentAdded')
    step.to(++read)
  })
  step.done()
  return counts
}

const countEntry = ({ events, assigned, linked }: LogCounts, { actor, events: names, changes }: Entry): void => {
  // A link between two tasks is told by the one that waits.
  if (names.includes('TaskLinked') && 'blockedBy' in changes) count(linked, actor)
  for (const name of names) {
    if (publicTaskEvents.has(name) || (name === 'TaskLinked' && 'blockedBy' in changes)) count(events, name === 'TaskLinked' ? 'TaskUpdated' : name)
  }
  const after = changes['assigneeId']?.after
  if (typeof after === 'string' && after !== actor) count(assigned, after)
}
