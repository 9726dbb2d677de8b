import type { Connection, mongo } from 'mongoose'

export type Row = { _id: string }
/** Equality on fields, and `$lt` where a list goes on. Values are parsed scalars: no operator comes from outside. */
export type Where = Readonly<Record<string, unknown>>
/** One collection, asked by equality only: what every MongoDB-wire database answers from an index. */
export type Table<D extends Row> = {
  /** Inserts what is not there yet, and says which rows were new. */
  insert(rows: readonly D[]): Promise<D[]>
  find(where: Where, options?: { sort?: Readonly<Record<string, 1 | -1>>; limit?: number }): Promise<D[]>
  one(where: Where): Promise<D | undefined>
  count(where: Where): Promise<number>
  /** Sets fields of every row that matches; `undefined` takes a field away. Says how many matched. */
  set(where: Where, fields: { readonly [K in keyof D]?: D[K] | undefined }): Promise<number>
  remove(where: Where): Promise<number>
}

export const mongoTable = async <D extends Row>(db: Connection, name: string, indexes: readonly (keyof D & string)[]): Promise<Table<D>> => {
  const rows = db.collection<mongo.Document>(name) as unknown as mongo.Collection<mongo.Document>
  for (const field of indexes) await rows.createIndex({ [field]: 1 })
  // A collection has one writer, this table: what it reads is what it wrote.
  const typed = (found: mongo.Document[]): D[] => found as D[]
  const filter = (where: Where): mongo.Filter<mongo.Document> => ({ ...where })
  return {
    insert: async fresh => {
      if (fresh.length === 0) return []
      const taken = await rows.insertMany([...fresh] as unknown as mongo.Document[], { ordered: false }).then(() => new Set<number>(), takenIn)
      return fresh.filter((_, i) => !taken.has(i))
    },
    find: async (where, { sort, limit } = {}) => {
      const cursor = rows.find(filter(where))
      if (sort) cursor.sort({ ...sort })
      if (limit) cursor.limit(limit)
      return typed(await cursor.toArray())
    },
    one: async where => typed(await rows.find(filter(where)).limit(1).toArray())[0],
    count: where => rows.countDocuments(filter(where)),
    set: async (where, fields) => {
      const entries = Object.entries(fields)
      const set = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
      const unset = Object.fromEntries(entries.filter(([, value]) => value === undefined).map(([field]) => [field, '']))
      const result = await rows.updateMany(filter(where), { ...Object.keys(set).length && { $set: set }, ...Object.keys(unset).length && { $unset: unset } })
      return result.matchedCount
    },
    remove: async where => (await rows.deleteMany(filter(where))).deletedCount,
  }
}

type BulkError = { writeErrors?: readonly { code?: number; index?: number }[]; code?: number }
/** Which rows of an unordered insert were there already; any other failure is thrown on. */
const takenIn = (error: unknown): Set<number> => {
  const { writeErrors = [] } = error as BulkError
  const list = Array.isArray(writeErrors) ? writeErrors : [writeErrors]
  if (list.length === 0 || list.some(e => e.code !== 11000)) throw error
  return new Set(list.map(e => e.index ?? -1))
}
