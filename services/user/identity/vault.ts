import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { singleFlight } from '../../shared/kit/batching/single-flight.ts'
import type { Row, Table } from '../../shared/kit/mongo/table.ts'
import type { Keyring } from './keyring.ts'
import { seal, unseal } from './seal.ts'

export type OwnerKey = Row & { wrapped: string }
/** Personal data at rest: each owner (a person, an invitation) has a key of its own, and deleting the key erases the data wherever it lies. */
export type Vault = {
  seal(owner: string, text: string): Promise<string>
  /** Undefined when the owner has been erased. */
  open(owner: string, sealed: string): Promise<string | undefined>
  erase(owner: string): Promise<void>
}

export const vault = (table: Table<OwnerKey>, keys: Keyring): Vault => {
  // Short-lived, so that an erasure by another replica is felt within a minute.
  const cache = new LRUCache<string, KeyObject>({ max: 20_000, ttl: 60_000 })
  const reading = singleFlight<KeyObject | undefined>()
  // Who waited for another's reading finds what it has found: a key never changes.
  const read = async (owner: string): Promise<KeyObject | undefined> => cache.get(owner) ?? reading(owner, async () => {
    const found = cache.get(owner)
    if (found) return found
    const row = await table.one({ _id: owner })
    if (!row) return undefined
    const key = createSecretKey(unseal(keys.key('wrap'), owner, row.wrapped))
    cache.set(owner, key)
    return key
  })
  const create = async (owner: string): Promise<KeyObject> => {
    const bytes = randomBytes(32)
    if ((await table.insert([{ _id: owner, wrapped: seal(keys.key('wrap'), owner, bytes) }])).length > 0) {
      const key = createSecretKey(bytes)
      cache.set(owner, key)
      return key
    }
    const made = await read(owner)
    if (!made) throw new Error('the key of an owner went away while it was made')
    return made
  }
  return {
    seal: async (owner, text) => seal((await read(owner)) ?? (await create(owner)), owner, text),
    open: async (owner, sealed) => {
      const key = await read(owner)
      return key && unseal(key, owner, sealed).toString('utf8')
    },
    erase: async owner => {
      await table.remove({ _id: owner })
      cache.delete(owner)
    },
  }
}
