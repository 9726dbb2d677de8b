import type { Connection, mongo } from 'mongoose'
import { ensureCollection } from './ensure-collection.ts'
import { insertTogether } from './insert.ts'
import type { Row, Table } from './table.ts'

/**
 * A table in the service's own database: makes its collection where it is not there yet, with an index on each field of `indexes`.
 * Throws what the driver says when the store cannot.
 */
export const mongoTable = async <R extends Row>(db: Connection, name: string, indexes: readonly (keyof R & string)[]): Promise<Table<R>> => {
  await ensureCollection(db, name, indexes)
  const rows: mongo.Collection<Row> = db.collection<Row>(name)
  // A collection has one writer, this table: what it reads is what it wrote.
  const typed = (found: unknown[]): R[] => found as R[]
  // Callers that come at once share inserts.
  const insert = insertTogether(() => rows)
  const filter = (where: object): mongo.Filter<Row> => ({ ...where })
  return {
    insert: async fresh => {
      const results = await Promise.all(fresh.map(row => insert({ ...row })))
      return fresh.filter((_, i) => results[i] === 'inserted')
    },
    find: async (where, { sort, limit } = {}) => {
      const cursor = rows.find(filter(where))
      if (sort) cursor.sort({ ...sort })
      if (limit) cursor.limit(limit)
      return typed(await cursor.toArray())
    },
    scan: async function* (where, size) {
      let some: unknown[] = []
      for await (const row of rows.find(filter(where), { batchSize: size })) {
        some.push(row)
        if (some.length < size) continue
        yield typed(some)
        some = []
      }
      if (some.length > 0) yield typed(some)
    },
    one: async where => typed(await rows.find(filter(where)).limit(1).toArray())[0],
    count: where => rows.countDocuments(filter(where)),
    set: async (where, fields) => {
      const entries = Object.entries(fields)
      const set = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
      const unset = Object.fromEntries(entries.filter(([, value]) => value === undefined).map(([field]) => [field, '' as const]))
      const result = await rows.updateMany(filter(where), { ...Object.keys(set).length && { $set: set }, ...Object.keys(unset).length && { $unset: unset } })
      return result.matchedCount
    },
    remove: async where => (await rows.deleteMany(filter(where))).deletedCount,
  }
}
