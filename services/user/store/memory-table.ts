import type { Row, Table } from './table.ts'

const matches = <R extends Row>(row: R, where: Partial<R>): boolean => Object.entries(where).every(([key, value]) => Object.entries(row).some(([k, v]) => k === key && v === value))

/** A table in memory, for tests in process. */
export const memoryTable = <R extends Row>(): Table<R> => {
  const rows = new Map<string, R>()
  return {
    insert: async row => {
      if (rows.has(row._id)) return false
      rows.set(row._id, structuredClone(row))
      return true
    },
    find: async id => structuredClone(rows.get(id)),
    findWhere: async where => structuredClone([...rows.values()].filter(row => matches(row, where))),
    update: async (id, where, set) => {
      const row = rows.get(id)
      if (!row || !matches(row, where)) return false
      rows.set(id, { ...row, ...structuredClone(set) })
      return true
    },
    remove: async (id, where = {}) => {
      const row = rows.get(id)
      if (row && matches(row, where)) rows.delete(id)
    },
  }
}
