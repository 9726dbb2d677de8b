import { LRUCache } from 'lru-cache'
import type { userInternal } from '../../shared/contracts/user/internal.ts'
import type { Client } from '../../shared/kit/http/client.ts'

export type Contact = { id: string; name: string; email: string; locale: string; timezone: string }
/** Who somebody is today. */
export type Directory = {
  contact(organizationId: string, userId: string): Promise<Contact | undefined>
  name(organizationId: string, userId: string): Promise<string | undefined>
}

/** Asks the user service; answers are kept for a minute, in memory only. */
export const directory = (users: Pick<Client<typeof userInternal>, 'contacts' | 'names'>): Directory => {
  const contacts = new LRUCache<string, { found: Contact | undefined }>({ max: 5_000, ttl: 60_000 })
  const names = new LRUCache<string, { found: string | undefined }>({ max: 5_000, ttl: 60_000 })
  return {
    contact: async (organizationId, userId) => {
      const key = `${organizationId}.${userId}`
      const known = contacts.get(key) ?? { found: (await users.contacts({ body: { organizationId, ids: [userId] } })).users.find(u => u.id === userId) }
      contacts.set(key, known)
      return known.found
    },
    name: async (organizationId, userId) => {
      const key = `${organizationId}.${userId}`
      const known = names.get(key) ?? { found: (await users.names({ body: { organizationId, ids: [userId] } })).users.find(u => u.id === userId)?.name }
      names.set(key, known)
      return known.found
    },
  }
}
