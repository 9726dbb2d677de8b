import { memberKey, type Tables, type WaitingRow } from '../store/rows.ts'
import type { Heard, HeardEvent } from './events.ts'
import { noFacts, type Facts } from './facts.ts'

export type RememberedFacts = {
  /** What the notifications of an event depend on, as it was before the event. */
  before(event: HeardEvent): Promise<Facts>
  /** Keeps what an event says; a second time changes nothing. Of the people it mentions, those who were told of it follow the task from now on. */
  learn(event: HeardEvent, told: ReadonlySet<string>): Promise<void>
}

/** What this service remembers of tasks and projects, from the events alone: ids, titles and roles. */
export const rememberedFacts = (tables: Pick<Tables, 'watchers' | 'waiting' | 'members' | 'projects'>): RememberedFacts => ({
  before: async event => {
    switch (event.type) {
      case 'CommentAdded': return { ...noFacts, watchers: await watchersOf(tables, event) }
      case 'TaskCompleted': return { ...noFacts, waiting: await waitingFor(tables, event) }
      case 'TaskStatusChanged': case 'TaskDeleted': {
        const frees = event.type === 'TaskDeleted' || event.data.category === 'cancelled'
        const [watchers, waiting] = await Promise.all([watchersOf(tables, event), frees ? waitingFor(tables, event) : []])
        // What held nobody up any more frees nobody by going.
        return { ...noFacts, watchers, waiting: waiting.filter(row => !row.freed) }
      }
      case 'MemberAdded': case 'MemberRemoved': case 'ProjectUpdated': case 'ProjectDeleted': case 'AnomalyDetected': {
        const { projectId } = event.data
        const [members, project] = await Promise.all([tables.members.find({ projectId }), tables.projects.one({ _id: projectId })])
        return { ...noFacts, members: members.filter(m => !m.left), projectName: project?.name }
      }
      default: return noFacts
    }
  },
  learn: async (event, told) => {
    switch (event.type) {
      case 'TaskCreated': return watch(tables, event, told)
      case 'CommentAdded': return watch(tables, event, told, [event.actor])
      case 'TaskUpdated': return taskUpdated(tables, event, told)
      case 'TaskCompleted': await freed(tables, event); return
      case 'TaskStatusChanged': if (event.data.category === 'cancelled') await freed(tables, event); return
      case 'TaskDeleted': await Promise.all([tables.waiting.set({ taskId: event.data.taskId }, { deleted: true }), freed(tables, event)]); return
      case 'TaskRestored': await tables.waiting.set({ taskId: event.data.taskId }, { deleted: undefined }); return
      case 'ProjectCreated': await tables.projects.insert([{ _id: event.data.projectId, organizationId: event.organizationId, name: event.data.name }]); return
      case 'ProjectUpdated': return renamed(tables, event)
      case 'MemberAdded': return memberAdded(tables, event)
      case 'MemberRemoved': await tables.members.set({ _id: memberKey(event.data) }, { left: true }); return
      default:
    }
  },
})

type Sources = Parameters<typeof rememberedFacts>[0]
type OfTask = { data: { taskId: string } }

const watchersOf = async ({ watchers }: Sources, { data: { taskId } }: OfTask): Promise<string[]> => (await watchers.find({ taskId })).map(w => w.userId)
const waitingFor = async ({ waiting }: Sources, { data: { taskId } }: OfTask): Promise<WaitingRow[]> => (await waiting.find({ blockerId: taskId })).filter(row => !row.deleted)

const freed = ({ waiting }: Sources, { data: { taskId } }: OfTask): Promise<unknown> => waiting.set({ blockerId: taskId }, { freed: true })

const watch = async ({ watchers }: Sources, { organizationId, actor, data: { taskId, mentions } }: Heard<'TaskCreated' | 'CommentAdded' | 'TaskUpdated'>, told: ReadonlySet<string>, others: readonly string[] = []): Promise<void> => {
  // Nobody is told what he said himself.
  const mentioned = mentions.filter(userId => told.has(userId) || userId === actor)
  const users = [...new Set([...mentioned, ...others])].filter(userId => !userId.includes(':'))
  await watchers.insert(users.map(userId => ({ _id: `${taskId}.${userId}`, organizationId, taskId, userId })))
}

const taskUpdated = async (tables: Sources, event: Heard<'TaskUpdated'>, told: ReadonlySet<string>): Promise<void> => {
  const { taskId, projectId, title, assigneeId, reporterId, changes } = event.data
  await watch(tables, event, told)
  if (changes['title'] ?? changes['assigneeId']) await tables.waiting.set({ taskId }, { title, assigneeId })
  const blockers = changes['blockedBy']
  if (!blockers) return
  const [before, after] = [ids(blockers.before), ids(blockers.after)]
  for (const blockerId of before.filter(id => !after.includes(id))) await tables.waiting.remove({ _id: `${taskId}.${blockerId}` })
  await tables.waiting.insert(after.map(blockerId => ({ _id: `${taskId}.${blockerId}`, organizationId: event.organizationId, blockerId, taskId, projectId, title, assigneeId, reporterId })))
}
const ids = (value: unknown): string[] => Array.isArray(value) ? value.filter(id => typeof id === 'string') : []

const renamed = async ({ projects }: Sources, { data: { projectId, changes } }: Heard<'ProjectUpdated'>): Promise<void> => {
  const name = changes['name']?.after
  if (typeof name === 'string') await projects.set({ _id: projectId }, { name })
}

const memberAdded = async ({ members }: Sources, { organizationId, data }: Heard<'MemberAdded'>): Promise<void> => {
  const { projectId, userId, role } = data
  const isNew = (await members.insert([{ _id: memberKey(data), organizationId, projectId, userId, role }])).length > 0
  if (!isNew) await members.set({ _id: memberKey(data) }, { role, left: undefined })
}
