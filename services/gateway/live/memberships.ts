import { LRUCache } from 'lru-cache'
import type { Ticket } from '../../shared/contracts/user/http.ts'

/** Asks the project service. `exists` is for owners and admins of an organization, who see every project of it. */
export type AskProjects = {
  of(organizationId: string, userId: string): Promise<readonly string[]>
  exists(organizationId: string, projectId: string): Promise<boolean>
}
type Person = Pick<Ticket, 'userId' | 'organizationId' | 'role'>
export type Memberships = {
  /** Loads what is needed to answer `sees` at once from then on. */
  load(person: Person): Promise<void>
  maySubscribe(person: Person, projectId: string): Promise<boolean>
  /** Whether a person sees a project's events, by what is known now. */
  sees(person: Person, projectId: string): boolean
  joined(organizationId: string, userId: string, projectId: string): void
  left(organizationId: string, userId: string, projectId: string): void
}

/** Owners and admins see every project of their organization. */
export const seesAll = ({ role }: Pick<Person, 'role'>): boolean => role === 'owner' || role === 'admin'

/** Who is a member of which project: asked once per person, then kept true by the membership events, and asked again after a while in case one was missed. */
export const memberships = (ask: AskProjects, maxAgeMs = 300_000): Memberships => {
  const known = new LRUCache<string, Set<string>>({ max: 50_000 })
  const asked = new LRUCache<string, true>({ max: 50_000, ttl: maxAgeMs })
  const key = (organizationId: string, userId: string): string => `${organizationId}/${userId}`
  // What is heard while an answer is on its way, for each who waits for one: the answer may be older.
  const heard = new Map<string, Set<Map<string, boolean>>>()
  const lookUp = async (organizationId: string, userId: string): Promise<Set<string>> => {
    const person = key(organizationId, userId)
    const news = new Map<string, boolean>()
    const all = heard.get(person) ?? new Set()
    heard.set(person, all.add(news))
    try {
      const projects = new Set(await ask.of(organizationId, userId))
      for (const [projectId, belongs] of news) put(projects, projectId, belongs)
      return projects
    } finally {
      all.delete(news)
      if (all.size === 0) heard.delete(person)
    }
  }
  const change = (organizationId: string, userId: string, projectId: string, belongs: boolean): void => {
    const projects = known.get(key(organizationId, userId))
    if (projects) put(projects, projectId, belongs)
    for (const news of heard.get(key(organizationId, userId)) ?? []) news.set(projectId, belongs)
  }
  const load = async (person: Person): Promise<void> => {
    const { organizationId, userId } = person
    if (seesAll(person) || asked.has(key(organizationId, userId))) return
    known.set(key(organizationId, userId), await lookUp(organizationId, userId))
    asked.set(key(organizationId, userId), true)
  }
  const sees = (person: Person, projectId: string): boolean =>
    seesAll(person) || (known.get(key(person.organizationId, person.userId))?.has(projectId) ?? false)
  return {
    load, sees,
    maySubscribe: async (person, projectId) => {
      if (seesAll(person)) return ask.exists(person.organizationId, projectId)
      await load(person)
      if (sees(person, projectId)) return true
      // A membership so new that its event has not come yet.
      asked.delete(key(person.organizationId, person.userId))
      await load(person)
      return sees(person, projectId)
    },
    joined: (organizationId, userId, projectId) => { change(organizationId, userId, projectId, true) },
    left: (organizationId, userId, projectId) => { change(organizationId, userId, projectId, false) },
  }
}

const put = (projects: Set<string>, projectId: string, belongs: boolean): void => {
  if (belongs) projects.add(projectId)
  else projects.delete(projectId)
}
