import { LRUCache } from 'lru-cache'
import type { userInternal } from '../../shared/contracts/user/internal.ts'
import type { Client } from '../../shared/kit/http/client.ts'

export type Contact = { id: string; name: string; email: string; locale: string; timezone: string }
/** Who somebody is today. */
export type Directory = {
  contact(organizationId: string, userId: string): Promise<Contact | undefined>
  name(organizationId: string, userId: string): Promise<string | undefined>
}

/** Asks the user service; answers are kept for a minute, in memory only, and who asks again before there is one joins the call. */
export const directory = (users: Pick<Client<typeof userInternal>, 'contacts' | 'names'>): Directory => {
  const contacts = new LRUCache<string, Promise<Contact | undefined>>({ max: 5_000, ttl: 60_000 })
  const names = new LRUCache<string, Promise<string | undefined>>({ max: 5_000, ttl: 60_000 })
  return {
    contact: (organizationId, userId) => joined(contacts, `${organizationId}.${userId}`, async () =>
      (await users.contacts({ body: { organizationId, ids: [userId] } })).users.find(u => u.id === userId)),
    name: (organizationId, userId) => joined(names, `${organizationId}.${userId}`, async () =>
      (await users.names({ body: { organizationId, ids: [userId] } })).users.find(u => u.id === userId)?.name),
  }
}

/** The answer that is kept for a key, also while it is on its way; a failure is not kept. `ask` is called when there is none. */
export const joined = <T>(cache: LRUCache<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> => {
  const known = cache.get(key)
  if (known) return known
  const asked = ask()
  cache.set(key, asked)
  asked.catch(() => { if (cache.peek(key) === asked) cache.delete(key) })
  return asked
}
