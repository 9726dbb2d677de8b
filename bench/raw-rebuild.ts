import type { mongo } from 'mongoose'
import type { Mongo } from '../services/shared/kit/mongo/connect.ts'

type Commit = { _id: string; stream: string; version: number; tenantId: string }
type Row = { _id: string; version: number; tenantId: string; count: number; note: string }
const BATCH = 500
// As many as ours holds: a row that changes again later costs an update.
const HELD = 50_000
// FerretDB holds a PostgreSQL connection for each statement of an update command.
const UPDATES = 4

/**
 * The control of a rebuild: a cursor over the commits and bulk writes into a new collection with the same index;
 * no order, no hash, no domain. Answers how many commits it read.
 */
export const rawRebuild = async (db: Mongo): Promise<number> => {
  const target = db.collection<Row>('raw_rebuild')
  await target.drop().catch(() => {})
  await db.createCollection('raw_rebuild')
  await target.createIndex({ tenantId: 1 })
  const [written, dirty] = [new Set<string>(), new Map<string, Row>()]
  let commits = 0
  const flush = async (): Promise<void> => {
    const rows = [...dirty.values()]
    dirty.clear()
    const [fresh, later] = [rows.filter(row => !written.has(row._id)), rows.filter(row => written.has(row._id))]
    for (let i = 0; i < fresh.length; i += BATCH) {
      const inserts = fresh.slice(i, i + BATCH).map((document): mongo.AnyBulkWriteOperation<Row> => ({ insertOne: { document } }))
      await target.bulkWrite(inserts, { ordered: false })
    }
    for (let i = 0; i < later.length; i += UPDATES) {
      const updates = later.slice(i, i + UPDATES)
        .map((replacement): mongo.AnyBulkWriteOperation<Row> => ({ replaceOne: { filter: { _id: replacement._id }, replacement } }))
      await target.bulkWrite(updates, { ordered: false })
    }
    for (const row of fresh) written.add(row._id)
  }
  for await (const { stream, version, tenantId } of db.collection<Commit>('commits').find({}, { batchSize: 1_000 })) {
    const known = dirty.get(stream)
    if (!known || known.version < version) dirty.set(stream, { _id: stream, version, tenantId, count: version, note: 'x'.repeat(200) })
    commits++
    if (dirty.size >= HELD) await flush()
  }
  await flush()
  return commits
}
