import { randomUUID } from 'node:crypto'
import { mongoStore } from '../services/shared/kit/events/store/mongo-store.ts'
import type { CommitRow } from '../services/shared/kit/events/store/mongo-codec.ts'
import { connectMongo, type Mongo } from '../services/shared/kit/mongo/connect.ts'
import { commitRows } from './commit-rows.ts'
import type { Skeleton } from './skeleton-stack.ts'

export type BenchStore = { db: Mongo; insertOne(): Promise<unknown>; insertMany(count: number): Promise<unknown>; close(): Promise<void> }

/**
 * A database of its own in the skeleton's store, and what that store does by itself:
 * inserts of commits into a collection with the log's indexes, beside it, where no log looks.
 */
export const openStore = async (skeleton: Skeleton): Promise<BenchStore> => {
  const name = `bench_${randomUUID().slice(0, 8)}`
  const connect = (database: string): Promise<Mongo> => connectMongo(skeleton.store, database, { maxPoolSize: 32 })
  const [db, beside] = await Promise.all([connect(name), connect(`${name}_beside`)])
  await mongoStore(beside).prepare()
  const bare = beside.collection<CommitRow>('commits')
  const row = await commitRows()
  await bare.insertOne(row())
  return {
    db,
    insertOne: () => bare.insertOne(row()),
    insertMany: count => bare.insertMany(Array.from({ length: count }, row), { ordered: false }),
    close: async () => {
      for (const one of [db, beside]) {
        await one.dropDatabase()
        await one.close()
      }
    },
  }
}
