import { z } from 'zod'
import { onceDone } from '../../shared/kit/batching/once-done.ts'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { people } from '../dashboard/sql.ts'
import type { EventRow } from './row.ts'

const Row = z.object({ organizationId: z.string(), userId: z.string() })
type Gone = { ids: ReadonlySet<string>; inText: RegExp }

/** Who was taken out of which organization. */
export type ErasedPeople = {
  /** From now on nothing is written with these people; what is being written is there when this resolves. */
  add(organizationId: string, userIds: readonly string[]): Promise<void>
  /** Hands the rows on without the people who are gone. */
  without(rows: readonly EventRow[], insert: (rows: readonly EventRow[]) => Promise<void>): Promise<void>
}

/**
 * Closing an account goes on to speak of the person after the erasure, and events may be read again from the beginning: both come in
 * without them. One process erases and writes, and shares this.
 */
export const erasedPeople = (db: ClickHouse): ErasedPeople => {
  let writing: Promise<unknown> = Promise.resolve()
  const known = onceDone(() => loaded(db))
  return {
    add: async (organizationId, userIds) => {
      const all = await known()
      await db.insert('erased', userIds.map(userId => ({ organization_id: organizationId, user_id: userId })))
      all.set(organizationId, goneOf([...all.get(organizationId)?.ids ?? [], ...userIds]))
      await writing
    },
    without: async (rows, insert) => {
      const all = await known()
      const work = insert(rows.map(row => blanked(row, all.get(row.organization_id))))
      writing = work.catch(() => undefined)
      await work
    },
  }
}

const loaded = async (db: ClickHouse): Promise<Map<string, Gone>> => {
  const found = await db.query(Row, 'SELECT organization_id AS organizationId, user_id AS userId FROM analytics_db.erased')
  return new Map([...Map.groupBy(found, row => row.organizationId)].map(([organizationId, rows]) => [organizationId, goneOf(rows.map(row => row.userId))]))
}

// One pattern for all of them: a look at the text costs little more for a thousand people than for one.
const goneOf = (ids: readonly string[]): Gone => ({ ids: new Set(ids), inText: new RegExp(ids.map(id => id.replaceAll(/[^\w-]/g, '\\$&')).join('|'), 'g') })

/** What `eraseSql` makes of a row that is there already. */
const blanked = (row: EventRow, gone: Gone | undefined): EventRow => {
  if (!gone) return row
  const columns = Object.fromEntries(people.filter(column => gone.ids.has(row[column])).map(column => [column, '']))
  return { ...row, ...columns, data: row.data.replaceAll(gone.inText, '') }
}
