import type { Tables } from '../store/rows.ts'
import type { Draft } from './drafts.ts'
import type { Heard, HeardEvent } from './events.ts'
import { noFacts, type Facts } from './facts.ts'

export type Known = {
  /** What the notifications of an event depend on, as it was before the event. */
  before(event: HeardEvent): Promise<Facts>
  /** Leaves out what would go to somebody who is known to have left the project. Not to be known in it says nothing: topics overtake each other. */
  withoutLeft(event: HeardEvent, drafts: readonly Draft[]): Promise<readonly Draft[]>
  /** Keeps what an event says; a second time changes nothing. */
  learn(event: HeardEvent): Promise<void>
}

/** What this service remembers of tasks and projects, from the events alone: ids, titles and roles. */
export const known = (tables: Pick<Tables, 'watchers' | 'waiting' | 'members' | 'projects'>): Known => ({
  before: async event => {
    switch (event.type) {
      case 'TaskStatusChanged': case 'TaskDeleted': case 'CommentAdded':
        return { ...noFacts, watchers: (await tables.watchers.find({ taskId: event.data.taskId })).map(w => w.userId) }
      case 'TaskCompleted': return { ...noFacts, waiting: await tables.waiting.find({ blockerId: event.data.taskId }) }
      case 'MemberAdded': case 'MemberRemoved': case 'ProjectUpdated': case 'ProjectDeleted': case 'AnomalyDetected': {
        const { projectId } = event.data
        const [members, project] = await Promise.all([tables.members.find({ projectId }), tables.projects.one({ _id: projectId })])
        return { ...noFacts, members: members.filter(m => !m.left), projectName: project?.name }
      }
      default: return noFacts
    }
  },
  withoutLeft: async (event, drafts) => {
    // Whoever comes back has left until this event is learnt.
    if (event.type === 'MemberAdded') return drafts
    const projects = new Set(drafts.map(d => d.projectId).filter(id => id !== null))
    const left = (await Promise.all([...projects].map(projectId => tables.members.find({ projectId, left: true })))).flat().map(m => m._id)
    return drafts.filter(({ projectId, userId }) => projectId === null || !left.includes(memberId({ projectId, userId })))
  },
  learn: async event => {
    switch (event.type) {
      case 'TaskCreated': return watch(tables, event, event.data.mentions)
      case 'CommentAdded': return watch(tables, event, [...event.data.mentions, event.actor])
      case 'TaskUpdated': return taskUpdated(tables, event)
      case 'TaskDeleted': await tables.waiting.remove({ taskId: event.data.taskId }); return
      case 'ProjectCreated': await tables.projects.insert([{ _id: event.data.projectId, organizationId: event.organizationId, name: event.data.name }]); return
      case 'ProjectUpdated': return renamed(tables, event)
      case 'MemberAdded': return memberAdded(tables, event)
      case 'MemberRemoved': await tables.members.set({ _id: memberId(event.data) }, { left: true }); return
      default:
    }
  },
})

type Sources = Parameters<typeof known>[0]
const memberId = ({ projectId, userId }: { projectId: string; userId: string }): string => `${projectId}.${userId}`

const watch = async ({ watchers }: Sources, { organizationId, data: { taskId } }: Heard<'TaskCreated' | 'CommentAdded' | 'TaskUpdated'>, people: readonly string[]): Promise<void> => {
  const users = [...new Set(people)].filter(userId => !userId.includes(':'))
  await watchers.insert(users.map(userId => ({ _id: `${taskId}.${userId}`, organizationId, taskId, userId })))
}

const taskUpdated = async (tables: Sources, event: Heard<'TaskUpdated'>): Promise<void> => {
  const { taskId, projectId, title, assigneeId, reporterId, changes } = event.data
  await watch(tables, event, event.data.mentions)
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
  const isNew = (await members.insert([{ _id: memberId(data), organizationId, projectId, userId, role }])).length > 0
  if (!isNew) await members.set({ _id: memberId(data) }, { role, left: undefined })
}
