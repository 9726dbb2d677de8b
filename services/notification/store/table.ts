import type { Connection, mongo } from 'mongoose'
import { insertTogether } from '../../shared/kit/mongo/insert.ts'

export type Row = { _id: string }
/** Equality on fields, and `$lt` where a list goes on. Values are parsed scalars: no operator comes from outside. */
export type Where = Readonly<Record<string, unknown>>
/** One collection, asked by equality only: what every MongoDB-wire database answers from an index. */
export type Table<D extends Row> = {
  /** Inserts what is not there yet, and says which rows were new. */
  insert(rows: readonly D[]): Promise<D[]>
  find(where: Where, options?: { sort?: Readonly<Record<string, 1 | -1>>; limit?: number }): Promise<D[]>
  /** Every row that matches, up to `size` at a time, in no order: read once, however many there are. */
  scan(where: Where, size: number): AsyncIterable<readonly D[]>
  one(where: Where): Promise<D | undefined>
  count(where: Where): Promise<number>
  /** Sets fields of every row that matches; `undefined` takes a field away. Says how many matched. */
  set(where: Where, fields: { readonly [K in keyof D]?: D[K] | undefined }): Promise<number>
  remove(where: Where): Promise<number>
}

export const mongoTable = async <D extends Row>(db: Connection, name: string, indexes: readonly (keyof D & string)[]): Promise<Table<D>> => {
  const rows: mongo.Collection<Row> = db.collection<Row>(name)
  for (const field of indexes) await rows.createIndex({ [field]: 1 })
  // A collection has one writer, this table: what it reads is what it wrote.
  const typed = (found: unknown[]): D[] => found as D[]
  // What different events lead to shares inserts.
  const insert = insertTogether(() => rows)
  const filter = (where: Where): mongo.Filter<Row> => ({ ...where })
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
