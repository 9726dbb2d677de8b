import { memberKey, type MemberRow, type Tables, type WaitingRow } from '../store/rows.ts'
import { catchUp, heldUpBy, keepFreed, taskIds as ids, type Tell } from './blockers.ts'
import type { Heard, HeardEvent } from './events.ts'
import { noFacts, type Facts } from './facts.ts'
import { forEachGone } from './gone.ts'
import { unlessNewer } from './unless-newer.ts'

export type RememberedFacts = {
  /** What the notifications of an event depend on, as it was before the event; that its task closed is noted. */
  before(event: HeardEvent): Promise<Facts>
  /**
   * Keeps what an event says, given what was known before it; a second time changes nothing. Of the people it mentions, those who were told
   * of it follow the task from now on.
   */
  learn(event: HeardEvent, told: ReadonlySet<string>, before: Facts): Promise<void>
  /** Tells of an earlier event what could be told only when this one has been learned. */
  catchUp(event: HeardEvent, tell: Tell): Promise<void>
}

/** What this service remembers of tasks and projects, from the events alone: ids, titles and roles. */
export const rememberedFacts = (tables: Pick<Tables, 'watchers' | 'waiting' | 'closings' | 'members' | 'projects' | 'gone'>): RememberedFacts => ({
  before: async event => {
    switch (event.type) {
      case 'CommentAdded': return { ...noFacts, watchers: await watchersOf(tables, event) }
      case 'TaskCompleted': case 'TaskRestored': return { ...noFacts, ...await heldUpBy(tables, event) }
      case 'TaskStatusChanged': case 'TaskDeleted': {
        const [watchers, { waiting, links }] = await Promise.all([watchersOf(tables, event), heldUpBy(tables, event)])
        // What held nobody up any more frees nobody by going.
        return { ...noFacts, watchers, links, waiting: waiting.filter(row => !row.freed) }
      }
      case 'MemberAdded': return ofProject(tables, event, tables.members.one({ _id: memberKey(event.data) }))
      case 'MemberRemoved': return ofProject(tables, event)
      // Nothing else of a project is news.
      case 'ProjectUpdated': return event.data.changes['status'] ?? event.data.changes['dueAt'] ? ofProject(tables, event, membersOf(tables, event)) : noFacts
      case 'ProjectDeleted': case 'AnomalyDetected': return ofProject(tables, event, membersOf(tables, event))
      default: return noFacts
    }
  },
  learn: async (event, told, { links }) => {
    switch (event.type) {
      case 'TaskCreated': return watch(tables, event, told)
      case 'CommentAdded': return watch(tables, event, told, [event.actor])
      case 'TaskUpdated': return taskUpdated(tables, event, told)
      case 'TaskCompleted': case 'TaskStatusChanged': return keepFreed(tables, event, links)
      case 'TaskDeleted': await Promise.all([whereItWaits(tables, event, () => ({ deleted: true })), keepFreed(tables, event, links)]); return
      case 'TaskRestored': await Promise.all([whereItWaits(tables, event, () => ({ deleted: undefined })), keepFreed(tables, event, links)]); return
      case 'ProjectCreated': return projectCreated(tables, event)
      case 'ProjectUpdated': return renamed(tables, event)
      case 'MemberAdded': return memberAdded(tables, event)
      case 'MemberRemoved': await tables.members.set({ _id: memberKey(event.data), ...unlessNewer(event) }, { left: true, version: event.version }); return
      default:
    }
  },
  catchUp: (event, tell) => catchUp(tables, event, tell),
})

type Sources = Parameters<typeof rememberedFacts>[0]
type OfTask = { data: { taskId: string } }

const watchersOf = async ({ watchers }: Sources, { data: { taskId } }: OfTask): Promise<string[]> => (await watchers.find({ taskId })).map(w => w.userId)

type OfProject = { data: { projectId: string } }
const membersOf = ({ members }: Sources, { data: { projectId } }: OfProject): Promise<MemberRow[]> => members.find({ projectId })
/** The name of the project, and of the members found those who have not left. */
const ofProject = async (
  { projects }: Sources, { data: { projectId } }: OfProject, found?: Promise<MemberRow | readonly MemberRow[] | undefined>,
): Promise<Facts> => {
  const [project, members] = await Promise.all([projects.one({ _id: projectId }), found])
  return { ...noFacts, members: [members ?? []].flat().filter(m => !m.left), projectName: project?.name }
}

type Mentioning = Heard<'TaskCreated' | 'CommentAdded' | 'TaskUpdated'>
const watch = async (
  sources: Sources, { organizationId, actor, data: { taskId, mentions } }: Mentioning, told: ReadonlySet<string>, others: readonly string[] = [],
): Promise<void> => {
  // Nobody is told what he said himself.
  const mentioned = mentions.filter(userId => told.has(userId) || userId === actor)
  const users = [...new Set([...mentioned, ...others])].filter(userId => !userId.includes(':'))
  await sources.watchers.insert(users.map(userId => ({ _id: `${taskId}.${userId}`, organizationId, taskId, userId })))
  await forEachGone(sources.gone, organizationId, users, userId => sources.watchers.remove({ _id: `${taskId}.${userId}` }))
}

type Changed = { [K in keyof WaitingRow]?: WaitingRow[K] | undefined }
/** Changes the rows of a task that waits; resolves to them as they were. */
const whereItWaits = async (
  { waiting }: Sources, event: OfTask & { version: number }, change: (row: WaitingRow) => Changed,
): Promise<WaitingRow[]> => {
  const rows = await waiting.find({ taskId: event.data.taskId })
  // By id: stores that do not guard other updates keep those in order.
  await Promise.all(rows.map(async row => {
    const changed = change(row)
    if (Object.keys(changed).length > 0) await waiting.set({ _id: row._id, ...unlessNewer(event) }, { ...changed, version: event.version })
  }))
  return rows
}

const taskUpdated = async (tables: Sources, event: Heard<'TaskUpdated'>, told: ReadonlySet<string>): Promise<void> => {
  const { taskId, projectId, title, assigneeId, reporterId, changes } = event.data
  await watch(tables, event, told)
  const [titled, handed, blockers] = [changes['title'] && { title }, changes['assigneeId'] && { assigneeId }, changes['blockedBy']]
  if (!(titled ?? handed ?? blockers)) return
  const [before, after] = [ids(blockers?.before), ids(blockers?.after)]
  const fresh = { projectId, title, assigneeId, reporterId }
  const known = await whereItWaits(tables, event, ({ blockerId, removed }) => {
    if (after.includes(blockerId)) return removed ? { ...fresh, removed: undefined, freed: undefined } : { ...titled, ...handed }
    // It stays as a mark: who handles what came before once more must not bring it back.
    return { ...titled, ...handed, ...(before.includes(blockerId) && { removed: true }) }
  })
  await tables.waiting.insert(after.filter(id => !known.some(({ blockerId }) => blockerId === id)).map(blockerId => ({
    _id: `${taskId}.${blockerId}`, organizationId: event.organizationId, blockerId, taskId, ...fresh, version: event.version,
  })))
  if (after.length === 0 && !(handed && known.length > 0)) return
  await forEachGone(tables.gone, event.organizationId, [assigneeId], () => tables.waiting.set({ taskId, assigneeId }, { assigneeId: null }))
  await forEachGone(tables.gone, event.organizationId, [reporterId], () => tables.waiting.set({ taskId, reporterId }, { reporterId: null }))
}

const projectCreated = async ({ projects }: Sources, { organizationId, version, data: { projectId, name } }: Heard<'ProjectCreated'>): Promise<void> => {
  await projects.insert([{ _id: projectId, organizationId, name, version }])
}
const renamed = async ({ projects }: Sources, event: Heard<'ProjectUpdated'>): Promise<void> => {
  const { version, data: { projectId, changes } } = event
  const name = changes['name']?.after
  if (typeof name === 'string') await projects.set({ _id: projectId, ...unlessNewer(event) }, { name, version })
}

const memberAdded = async (sources: Sources, event: Heard<'MemberAdded'>): Promise<void> => {
  const { organizationId, version, data } = event
  const { projectId, userId, role } = data
  const { members } = sources
  const isNew = (await members.insert([{ _id: memberKey(data), organizationId, projectId, userId, role, version }])).length > 0
  if (!isNew) await members.set({ _id: memberKey(data), ...unlessNewer(event) }, { role, left: undefined, version })
  await forEachGone(sources.gone, organizationId, [userId], () => members.remove({ _id: memberKey(data) }))
}
