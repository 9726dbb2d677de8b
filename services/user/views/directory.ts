import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { Preferences } from '../../shared/contracts/user/resources.ts'
import { singleFlight } from '../../shared/kit/batching/single-flight.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import type { Person } from '../domain/person.ts'
import type { Vault } from '../identity/vault.ts'

/** What a person tells about himself; sealed at rest as one text. */
export const ProfileData = z.object({ name: z.string(), avatarUrl: z.string().nullable(), timezone: z.string(), locale: z.string(), preferences: Preferences })
export type ProfileData = z.infer<typeof ProfileData>
export type Details = ProfileData & { id: string; email: string; createdAt: string; version: number }
export type Loaded = { state: Person; version: number }
export type Directory = {
  /** As it stands now; undefined for the unknown and the erased. */
  details(userId: string): Promise<Details | undefined>
  /** The same of somebody whom the caller has just loaded. */
  open(userId: string, loaded: Loaded): Promise<Details | undefined>
  /** For lists: up to 5 s old when another replica changed it. */
  many(userIds: readonly string[]): Promise<Map<string, Details>>
  forget(userId: string): void
}

// A search looks at everybody: so many at once leave the store's connections to others.
const atOnce = 8

/** Names and addresses, opened for those who may read them. */
export const directory = (persons: { load(tenantId: string, id: string): Promise<Loaded> }, vault: Vault): Directory => {
  const cache = new LRUCache<string, Details>({ max: 10_000, ttl: 5_000 })
  const open = async (id: string, { state, version }: Loaded): Promise<Details | undefined> => {
    if (state.status === 'absent' || state.status === 'closed') return undefined
    const [email, profile] = await Promise.all([vault.open(id, state.email), vault.open(id, state.profile)])
    if (email === undefined || profile === undefined) return undefined
    return { id, email, ...ProfileData.parse(JSON.parse(profile)), createdAt: state.createdAt, version }
  }
  const details = async (id: string): Promise<Details | undefined> => open(id, await persons.load(NO_TENANT, id))
  const reading = singleFlight<Details | undefined>()
  const cached = async (id: string): Promise<Details | undefined> => cache.get(id) ?? reading(id, async () => {
    const known = await details(id)
    if (known) cache.set(id, known)
    return known
  })
  return {
    details,
    open,
    many: async ids => new Map((await inParallel([...new Set(ids)], atOnce, cached)).filter(d => d !== undefined).map(d => [d.id, d])),
    forget: id => { cache.delete(id) },
  }
}
