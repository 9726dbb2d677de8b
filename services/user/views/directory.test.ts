import { expect, it } from 'vitest'
import { memoryTable } from '../../shared/kit/mongo/memory-table.ts'
import { keyring } from '../identity/keyring.ts'
import { vault, type OwnerKey } from '../identity/vault.ts'
import { directory, type Loaded } from './directory.ts'

const profile = JSON.stringify({ name: 'Somebody', avatarUrl: null, timezone: 'UTC', locale: 'en', preferences: {} })

/** A directory of people before a store that counts how often, and by how many at once, it is asked. */
const peopled = async (count: number) => {
  const asked = { total: 0, underWay: 0, most: 0 }
  const counted = async <T>(answer: () => Promise<T>): Promise<T> => {
    asked.total++
    asked.most = Math.max(asked.most, ++asked.underWay)
    await new Promise(resolve => { setImmediate(resolve) })
    return answer().finally(() => { asked.underWay-- })
  }
  const [keys, table] = [keyring('a key for tests, of many characters'), memoryTable<OwnerKey>()]
  const sealing = vault(table, keys)
  const people = new Map<string, Loaded>()
  for (let i = 0; i < count; i++) {
    const [id, name] = [`u${i}`, `h${i}`]
    const [email, sealed] = [await sealing.seal(id, `${id}@example.com`), await sealing.seal(id, profile)]
    people.set(id, {
      version: 1, state: {
        status: 'active', emailHash: name, email, profile: sealed, password: null, organizations: [], identities: [], reset: null, sagaId: null,
        createdAt: '2026-03-02T09:00:00.000Z', passwordChanges: 0, passwordSetIn: null, passwordBefore: null,
      },
    })
  }
  const load = (_: string, id: string) => counted(async () => people.get(id) ?? { state: { status: 'absent' as const }, version: 0 })
  const safe = vault({ ...table, one: where => counted(() => table.one(where)) }, keys)
  return { asked, ids: [...people.keys()], names: directory({ load }, safe) }
}

it('a search through many people leaves most of the store’s connections to others', async () => {
  const { asked, ids, names } = await peopled(500)
  expect((await names.many([...ids, 'nobody'])).size).toBe(500)
  expect(asked.most).toBeLessThanOrEqual(8)
})
it('who is looked up for many at once is read no more than twice, and his key once', async () => {
  const { asked, ids, names } = await peopled(1)
  const found = await Promise.all(Array.from({ length: 50 }, () => names.many(ids)))
  expect(found.map(people => people.get('u0')?.email)).toEqual(found.map(() => 'u0@example.com'))
  expect(asked.total).toBeLessThanOrEqual(3)
})
