import type { mongo } from 'mongoose'
import { documentText } from './document-text.ts'
import { ensureCollection } from '../../mongo/ensure-collection.ts'
import { insertEach, isMissing, withinStoreLimit } from '../../mongo/insert.ts'
import type { Documents, Filter, FindOptions, StoredDocument, Tombstone } from './store.ts'

// A FerretDB that somebody brings himself (decision 5) holds, throughout an update command, a PostgreSQL connection for each of its statements,
// and needs one more to write: a command with as many as the pool has connections waits for itself for ever, and everybody with it.
const UPDATES_AT_ONCE = 4

/** A read model's collection in the document store; `fields` as in `document-text.ts`. */
export const mongoDocuments = <D extends StoredDocument>(db: () => mongo.Db, name: string, fields?: readonly string[]): Documents<D> => {
  type Row = StoredDocument & Record<string, unknown>
  const rows = (): mongo.Collection<Row> => db().collection<Row>(name)
  const text = documentText(fields)
  const LIVE = { gone: { $exists: false } }
  // What a view put in is what comes out: its documents have the view's own type.
  const typed = (row: object): D => text.unpack(row) as D
  const filterOf = (filter: Filter, options?: FindOptions): mongo.Filter<Row> => {
    text.check(filter, options)
    return { ...filter, ...LIVE }
  }
  const rowOf = (document: D | Tombstone): Row => ({ ...('gone' in document ? document : text.pack(document)), _id: document._id, version: document.version })

  const over = async (document: D | Tombstone): Promise<void> => {
    await rows().replaceOne({ _id: document._id, version: { $lt: document.version } }, rowOf(document))
  }
  const replace = async (documents: readonly (D | Tombstone)[]): Promise<boolean> => {
    let matched = 0
    for (let i = 0; i < documents.length; i += UPDATES_AT_ONCE) {
      const some = documents.slice(i, i + UPDATES_AT_ONCE)
      const updates = some.map(d => ({ replaceOne: { filter: { _id: d._id, version: { $lt: d.version } }, replacement: rowOf(d) } }))
      matched += (await withinStoreLimit(rows().bulkWrite(updates, { ordered: false }))).matchedCount
    }
    return matched === documents.length
  }
  const put = async (documents: readonly (D | Tombstone)[], fresh = false): Promise<void> => {
    // Each way may find that another process, or an earlier try, was here first; then the other way decides by version.
    if (documents.length === 0 || (!fresh && await replace(documents))) return
    const results = await insertEach(rows(), documents.map(rowOf))
    for (const [i, document] of documents.entries()) if (results[i] === 'taken') await over(document)
  }

  return {
    find: async (filter, options = {}) => {
      const { sort, skip = 0, limit = 0 } = options
      const found = rows().find(filterOf(filter, options), { skip, limit })
      return (await (sort ? found.sort({ ...sort }) : found).toArray()).map(typed)
    },
    findOne: async filter => {
      const row = await rows().findOne(filterOf(filter))
      return row ? typed(row) : undefined
    },
    put,
    eachOf: async (filter, visit) => { for await (const row of rows().find(filterOf(filter), { batchSize: 100 })) visit(typed(row)) },
    each: async visit => { for await (const row of rows().find({}, { batchSize: 1000 })) visit(typed(row)) },
    ensureIndexes: async fields => ensureCollection(db(), name, fields),
    drop: async () => { await rows().drop().catch((error: unknown) => { if (!isMissing(error)) throw error }) },
  }
}
