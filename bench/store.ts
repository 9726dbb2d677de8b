import { randomUUID } from 'node:crypto'
import { systemClock } from '../services/shared/kit/clock.ts'
import { connectMongo, type Mongo } from '../services/shared/kit/mongo/connect.ts'
import type { Skeleton } from './skeleton-stack.ts'

const note = 'x'.repeat(200)
/** A document of the size of a commit. */
export const bareCommit = () => ({ _id: randomUUID(), tenantId: 'org', stream: randomUUID(), version: 1, at: systemClock.now(), events: [{ type: 'Counted', note }], actor: 'u', hash: 'x'.repeat(64), previousHash: '' })

export type BenchStore = { db: Mongo; insertOne(): Promise<unknown>; insertMany(count: number): Promise<unknown>; close(): Promise<void> }

/** A database of its own in the skeleton's store, and what that store does by itself. */
export const openStore = async (skeleton: Skeleton): Promise<BenchStore> => {
  const db = await connectMongo(skeleton.store, `bench_${randomUUID().slice(0, 8)}`, { maxPoolSize: 32 })
  const bare = db.collection<{ _id: string }>('bare')
  await bare.insertOne(bareCommit())
  return {
    db,
    insertOne: () => bare.insertOne(bareCommit()),
    insertMany: count => bare.insertMany(Array.from({ length: count }, bareCommit), { ordered: false }),
    close: async () => {
      await db.dropDatabase()
      await db.close()
    },
  }
}
