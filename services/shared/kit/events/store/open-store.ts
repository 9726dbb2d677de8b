import type { Connection } from 'mongoose'
import { withFaultPoints } from '../../fault-points.ts'
import { mongoStore } from './mongo-store.ts'
import type { CommitStore, ConsumerStore } from './store.ts'

const stores = new WeakMap<Connection, CommitStore>()

/** The store of a database connection (one per connection), or the store itself. */
export const openStore = <S extends ConsumerStore>(db: Connection | S): CommitStore | S => {
  if ('isTransient' in db) return withFaultPoints('store', db)
  const known = stores.get(db) ?? withFaultPoints('store', mongoStore(db))
  stores.set(db, known)
  return known
}
