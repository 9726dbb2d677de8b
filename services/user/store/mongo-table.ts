import type { Connection, mongo } from 'mongoose'
import { isDuplicate } from '../../shared/kit/mongo/insert.ts'
import type { Row, Table } from './table.ts'

/** A table in the service's own database. Every value in a filter is a scalar that this service made, never a user's object. */
export const mongoTable = <R extends Row>(db: Connection, name: string): Table<R> => {
  // The driver types rows as documents with any id; here `_id` is a string and the fields are the row's own.
  const rows = (): mongo.Collection<Row> => db.collection<Row>(name)
  const typed = (row: unknown): R => row as R
  return {
    insert: async row => {
      try {
        await rows().insertOne({ ...row })
        return true
      } catch (error) {
        if (isDuplicate(error)) return false
        throw error
      }
    },
    find: async id => {
      const row = await rows().findOne({ _id: id })
      return row ? typed(row) : undefined
    },
    findWhere: async where => (await rows().find({ ...where }).toArray()).map(typed),
    update: async (id, where, set) => (await rows().updateOne({ ...where, _id: id }, { $set: { ...set } })).matchedCount === 1,
    remove: async (id, where = {}) => { await rows().deleteOne({ ...where, _id: id }) },
  }
}

/** Makes the collections and the one index that look-ups by another field need. */
export const prepareTables = async (db: Connection, tables: Readonly<Record<string, readonly string[]>>): Promise<void> => {
  for (const [name, fields] of Object.entries(tables)) {
    await db.createCollection(name).catch((error: unknown) => { if (!isDuplicate(error)) throw error })
    for (const field of fields) await db.collection(name).createIndex({ [field]: 1 })
  }
}
