import { LRUCache } from 'lru-cache'
import type { Ticket } from '../../shared/contracts/user/http.ts'

export type Person = Pick<Ticket, 'userId' | 'organizationId' | 'role'>
/** Asks the project service for a person. `exists` is for owners and admins of an organization, who see every project of it. */
export type AskProjects = {
  of(person: Person): Promise<readonly string[]>
  exists(person: Person, projectId: string): Promise<boolean>
}
export type Memberships = {
  /** Loads what is needed to answer `sees` at once from then on. */
  load(person: Person): Promise<void>
  maySubscribe(person: Person, projectId: string): Promise<boolean>
  /** Whether a person sees a project's events, by what is known now. */
  sees(person: Person, projectId: string): boolean
  joined(organizationId: string, userId: string, projectId: string): void
  left(organizationId: string, userId: string, projectId: string): void
}
/** `unknownMs`: so long a project that a person does not see is not asked for again, unless an event tells of it. */
export type MembershipsOptions = { maxAgeMs?: number; unknownMs?: number }

/** Owners and admins see every project of their organization. */
export const seesAll = ({ role }: Pick<Person, 'role'>): boolean => role === 'owner' || role === 'admin'

/** Who is a member of which project: asked once per person, then kept true by the membership events, and asked again after a while in case one was missed. */
export const memberships = (ask: AskProjects, { maxAgeMs = 300_000, unknownMs = 5_000 }: MembershipsOptions = {}): Memberships => {
  const known = new LRUCache<string, Set<string>>({ max: 50_000 })
  const asked = new LRUCache<string, true>({ max: 50_000, ttl: maxAgeMs })
  const existing = new LRUCache<string, true>({ max: 50_000, ttl: maxAgeMs, ttlResolution: 0 })
  const unknown = new LRUCache<string, true>({ max: 10_000, ttl: unknownMs, ttlResolution: 0 })
  const key = (organizationId: string, userId: string): string => `${organizationId}/${userId}`
  // What is heard while an answer is on its way, for each who waits for one: the answer may be older.
  const heard = new Map<string, Set<Map<string, boolean>>>()
  const lookUp = async (person: Person): Promise<Set<string>> => {
    const whose = key(person.organizationId, person.userId)
    const news = new Map<string, boolean>()
    const all = heard.get(whose) ?? new Set()
    heard.set(whose, all.add(news))
    try {
      const projects = new Set(await ask.of(person))
      for (const [projectId, belongs] of news) put(projects, projectId, belongs)
      return projects
    } finally {
      all.delete(news)
      if (all.size === 0) heard.delete(whose)
    }
  }
  const change = (organizationId: string, userId: string, projectId: string, belongs: boolean): void => {
    const projects = known.get(key(organizationId, userId))
    if (projects) put(projects, projectId, belongs)
    for (const news of heard.get(key(organizationId, userId)) ?? []) news.set(projectId, belongs)
  }
  const renew = async (person: Person): Promise<void> => {
    const whose = key(person.organizationId, person.userId)
    known.set(whose, await lookUp(person))
    asked.set(whose, true)
  }
  const load = async (person: Person): Promise<void> => {
    if (!seesAll(person) && !asked.has(key(person.organizationId, person.userId))) await renew(person)
  }
  const sees = (person: Person, projectId: string): boolean =>
    seesAll(person) || (known.get(key(person.organizationId, person.userId))?.has(projectId) ?? false)
  /** `find` asks, and is not called again for a while where it found nothing. */
  const unlessUnknown = async (name: string, find: () => Promise<boolean>): Promise<boolean> => {
    if (unknown.has(name)) return false
    const found = await find()
    if (!found) unknown.set(name, true)
    return found
  }
  const exists = async (person: Person, projectId: string): Promise<boolean> => {
    const project = `${person.organizationId}/${projectId}`
    if (existing.has(project)) return true
    return unlessUnknown(project, async () => {
      if (await ask.exists(person, projectId)) existing.set(project, true)
      return existing.has(project)
    })
  }
  return {
    load, sees,
    maySubscribe: async (person, projectId) => {
      if (seesAll(person)) return exists(person, projectId)
      await load(person)
      if (sees(person, projectId)) return true
      // A membership so new that its event has not come yet.
      return unlessUnknown(`${key(person.organizationId, person.userId)}/${projectId}`, async () => {
        await renew(person)
        return sees(person, projectId)
      })
    },
    joined: (organizationId, userId, projectId) => {
      // A project that has a member is there: who sees all need not wait until he may ask for it again.
      existing.set(`${organizationId}/${projectId}`, true)
      change(organizationId, userId, projectId, true)
    },
    left: (organizationId, userId, projectId) => { change(organizationId, userId, projectId, false) },
  }
}

const put = (projects: Set<string>, projectId: string, belongs: boolean): void => {
  if (belongs) projects.add(projectId)
  else projects.delete(projectId)
}
