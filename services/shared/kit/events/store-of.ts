import type { Connection } from 'mongoose'
import { mongoStore } from './mongo-store.ts'
import type { CommitStore } from './store.ts'

const stores = new WeakMap<Connection, CommitStore>()

/** The store of a database connection (one per connection), or the store itself. */
export const storeOf = (db: Connection | CommitStore): CommitStore => {
  if ('isTransient' in db) return db
  const known = stores.get(db) ?? mongoStore(db)
  stores.set(db, known)
  return known
}
