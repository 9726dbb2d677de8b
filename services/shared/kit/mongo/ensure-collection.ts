import { isDuplicate } from './insert.ts'

/** What it takes of a database; the driver's is one, and so is a connection of mongoose. */
type Database = {
  createCollection(name: string): Promise<unknown>
  collection(name: string): { createIndex(fields: Readonly<Record<string, 1>>): Promise<unknown> }
}

/** Makes a collection with an index on each of `fields`; what is there already stays as it is. Throws what the driver says when the store cannot. */
export const ensureCollection = async (db: Database, name: string, fields: readonly string[]): Promise<void> => {
  await db.createCollection(name).catch((error: unknown) => { if (!isDuplicate(error)) throw error })
  for (const field of fields) await db.collection(name).createIndex({ [field]: 1 })
}
