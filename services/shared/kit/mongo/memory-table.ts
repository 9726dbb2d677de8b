import { Query } from 'mingo'
import type { Row, Table } from './table.ts'

/** A table in memory, in the same query dialect. For tests in process. */
export const memoryTable = <R extends Row>(): Table<R> => {
  const rows = new Map<string, R>()
  const select = (where: object) => new Query({ ...where }).find<R>([...rows.values()])
  const matching = (where: object): R[] => select(where).all()
  return {
    insert: async fresh => fresh.filter(row => {
      if (rows.has(row._id)) return false
      rows.set(row._id, structuredClone(row))
      return true
    }),
    find: async (where, { sort, limit } = {}) => {
      const cursor = select(where)
      if (sort) cursor.sort({ ...sort })
      if (limit) cursor.limit(limit)
      return structuredClone(cursor.all())
    },
    scan: async function* (where, size) {
      const found = matching(where)
      for (let i = 0; i < found.length; i += size) yield structuredClone(found.slice(i, i + size))
    },
    one: async where => structuredClone(matching(where)[0]),
    count: async where => matching(where).length,
    set: async (where, fields) => {
      const found = matching(where)
      for (const row of found) rows.set(row._id, withFields(row, fields))
      return found.length
    },
    remove: async where => {
      const found = matching(where)
      for (const { _id } of found) rows.delete(_id)
      return found.length
    },
  }
}

const withFields = <R extends Row>(row: R, fields: object): R => {
  const next: R = structuredClone({ ...row, ...fields })
  for (const [field, value] of Object.entries(fields)) if (value === undefined) Reflect.deleteProperty(next, field)
  return next
}
