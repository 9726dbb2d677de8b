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
  const load = async (person: Person): Promise<void> => {
    const { organizationId, userId } = person
    if (seesAll(person) || asked.has(key(organizationId, userId))) return
    known.set(key(organizationId, userId), new Set(await ask.of(organizationId, userId)))
    asked.set(key(organizationId, userId), true)
  }
  const sees = (person: Person, projectId: string): boolean => seesAll(person) || (known.get(key(person.organizationId, person.userId))?.has(projectId) ?? false)
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
    joined: (organizationId, userId, projectId) => { known.get(key(organizationId, userId))?.add(projectId) },
    left: (organizationId, userId, projectId) => { known.get(key(organizationId, userId))?.delete(projectId) },
  }
}
