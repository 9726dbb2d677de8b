import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { CloudEvent } from '../../shared/contracts/feed.ts'
import { OrganizationRole } from '../../shared/contracts/primitives.ts'

export type Bearer = { userId: string; organizationId: string; role: OrganizationRole; sessionId: string }
/** What has happened to people since their access tokens were made. */
export type TokenStatus = {
  hear(event: CloudEvent): void
  /** `ended`: sign in again; `outdated`: the role in the token is no longer his, a refreshed token has the right one. */
  of(bearer: Bearer): 'valid' | 'ended' | 'outdated'
}

// An access token lives ten minutes, and a minute of leeway: nobody asks about anything older.
export const longestTokenMs = 12 * 60_000
// The library would read the time once a millisecond, with a timer for each: one that wakes the process in the middle of every request.
const remembered = { max: 50_000, ttl: longestTokenMs, ttlResolution: 0 }
const text = z.string().nullish().catch(undefined)
const Facts = z.object({ userId: text, sessionId: text, role: OrganizationRole.nullish().catch(undefined), changed: z.array(z.string()).catch([]) })

export const tokenStatus = (): TokenStatus => {
  const ended = new LRUCache<string, true>(remembered)
  const roles = new LRUCache<string, { role: OrganizationRole | 'none'; position: number }>(remembered)
  const keyOf = (organizationId: string, userId: string): string => `${organizationId}/${userId}`
  // What is told late, by the feed, does not take back what came after it: all news of a member are in one partition.
  const learn = (key: string, role: OrganizationRole | 'none', position: number): void => {
    if ((roles.get(key)?.position ?? -1) < position) roles.set(key, { role, position })
  }
  return {
    hear: ({ type, data, organizationid, position }) => {
      const { userId, sessionId, role, changed } = Facts.safeParse(data).data ?? { changed: [] }
      if (type === 'SessionEnded' && sessionId) ended.set(sessionId, true)
      if (!userId) return
      if ((type === 'UserCreated' || (type === 'UserUpdated' && changed.includes('role'))) && role) learn(keyOf(organizationid, userId), role, position)
      if (type === 'UserDeleted') learn(keyOf(organizationid, userId), 'none', position)
    },
    of: ({ userId, organizationId, role, sessionId }) => {
      if (ended.has(sessionId)) return 'ended'
      const now = roles.get(keyOf(organizationId, userId))?.role
      if (now === undefined || now === role) return 'valid'
      return now === 'none' ? 'ended' : 'outdated'
    },
  }
}
