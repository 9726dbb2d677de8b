import { Query } from 'mingo'
import { documentText } from './document-text.ts'
import type { Documents, Filter, FindOptions, StoredDocument, Tombstone } from './store.ts'

/** A read model's collection in memory, in the same query dialect. For tests in process. */
export const memoryDocuments = <D extends StoredDocument>(fields?: readonly string[]): Documents<D> => {
  const text = documentText(fields)
  const rows = new Map<string, D | Tombstone>()
  const isLive = (row: D | Tombstone): row is D => !('gone' in row)
  const matching = (filter: Filter, options: FindOptions = {}): D[] => {
    text.check(filter, options)
    const { sort, skip = 0, limit } = options
    const cursor = new Query({ ...filter }).find<D>([...rows.values()].filter(isLive))
    if (sort) cursor.sort({ ...sort })
    cursor.skip(skip)
    if (limit) cursor.limit(limit)
    return structuredClone(cursor.all())
  }
  return {
    find: async (filter, options) => matching(filter, options),
    findOne: async filter => matching(filter, { limit: 1 })[0],
    put: async documents => {
      for (const document of documents) if ((rows.get(document._id)?.version ?? 0) < document.version) rows.set(document._id, structuredClone(document))
    },
    eachOf: async (filter, visit) => { matching(filter).forEach(row => { visit(row) }) },
    each: async visit => { for (const row of rows.values()) visit(row) },
    ensureIndexes: async () => {},
    drop: async () => rows.clear(),
  }
}
