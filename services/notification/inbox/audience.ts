import { LRUCache } from 'lru-cache'
import type { projectInternal, ProjectRecord } from '../../shared/contracts/project/internal.ts'
import type { userInternal } from '../../shared/contracts/user/internal.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { singleFlight } from '../../shared/kit/batching/single-flight.ts'
import type { Client } from '../../shared/kit/http/client.ts'
import { maySee } from '../policies.ts'
import { memberKey, type MemberRow, type Tables } from '../store/rows.ts'
import type { Draft } from './drafts.ts'
import type { HeardEvent } from './events.ts'

export type AudienceDeps = {
  members: Tables['members']
  projects: Pick<Client<typeof projectInternal>, 'getProject'>
  users: Pick<Client<typeof userInternal>, 'names'>
}
/** Of some people, those who may see a project now. */
export type Insiders = (organizationId: string, projectId: string, people: readonly string[]) => Promise<ReadonlySet<string>>
/** Of what an event would tell, keeps what goes to people who may see the project of its task. */
export type Audience = (event: HeardEvent, drafts: readonly Draft[]) => Promise<readonly Draft[]>

// So many people fit in one question.
const PAGE = 500

export const audience = (insiders: Insiders): Audience => async ({ organizationId, data }, drafts) => {
  if (drafts.length === 0 || !('taskId' in data) || data.projectId === null) return drafts
  const inside = await insiders(organizationId, data.projectId, [...new Set(drafts.map(d => d.userId))])
  return drafts.filter(({ userId }) => inside.has(userId))
}

/**
 * Whoever has a row here is a member, unless he has left. Topics overtake each other, so about everybody else, and whoever has left, those
 * are asked who know; while they do not answer, it throws, and the event or mail waits. A yes is kept for some seconds; a no never, for who
 * is told of the next event may have just been added.
 */
export const insidersOf = ({ members, projects, users }: AudienceDeps): Insiders => {
  const admittedLately = new LRUCache<string, true>({ max: 20_000, ttl: 10_000 })
  const readings = singleFlight<MemberRow | undefined>()
  // Of a pile of events many concern the same people.
  const memberRow = (key: string): Promise<MemberRow | undefined> => readings(key, () => members.one({ _id: key }))

  const find = (organizationId: string, projectId: string): Promise<ProjectRecord | undefined> =>
    projects.getProject({ params: { id: projectId }, query: { organizationId } }).catch((error: unknown) => {
      if (error instanceof Refused && error.code === 'project-unknown') return undefined
      throw error
    })
  const rolesOf = async (organizationId: string, people: readonly string[]) => {
    const pages = Array.from({ length: Math.ceil(people.length / PAGE) }, (_, i) => people.slice(i * PAGE, (i + 1) * PAGE))
    const answers = await Promise.all(pages.map(ids => users.names({ body: { organizationId, ids } })))
    return new Map(answers.flatMap(answer => answer.users.map(user => [user.id, user.role])))
  }
  const ask = async (organizationId: string, projectId: string, people: readonly string[]): Promise<string[]> => {
    const project = people.length ? await find(organizationId, projectId) : undefined
    if (!project) return []
    const roles = await rolesOf(organizationId, people.filter(id => !project.members.some(m => m.userId === id)))
    // The event is of a time when the project was there; what tells of a deleted one is kept out of sight.
    return people.filter(userId => maySee(project, { userId, role: roles.get(userId) ?? 'guest' }))
  }

  return async (organizationId, projectId, people) => {
    const keyOf = (userId: string): string => `${organizationId}/${memberKey({ projectId, userId })}`
    // One by one: of all conditions an equality is what every document store finds without reading all rows.
    const rows = (await Promise.all(people.map(userId => memberRow(memberKey({ projectId, userId }))))).filter(row => row !== undefined)
    const known = rows.filter(row => !row.left).map(row => row.userId)
    const strangers = people.filter(id => !known.includes(id))
    // What was true before he left is not trusted.
    const trusted = strangers.filter(id => admittedLately.has(keyOf(id)) && !rows.some(row => row.userId === id))
    const admitted = await ask(organizationId, projectId, strangers.filter(id => !trusted.includes(id)))
    for (const id of admitted) admittedLately.set(keyOf(id), true)
    return new Set([...known, ...trusted, ...admitted])
  }
}
