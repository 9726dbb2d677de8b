import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { ClickHouse } from './clickhouse/clickhouse.ts'
import { projectsSql } from './dashboard/sql.ts'

const Row = z.object({ projectId: z.string() })
const kept = new WeakMap<ClickHouse, LRUCache<string, Promise<readonly string[]>>>()
const keptOf = (db: ClickHouse): LRUCache<string, Promise<readonly string[]>> => {
  const found = kept.get(db) ?? new LRUCache({ max: 1_000 })
  kept.set(db, found)
  return found
}

/** The projects of an organization that are not deleted: read once, and again when one came or went. One process writes them, and it is this one. */
export const existingProjects = (db: ClickHouse, organizationId: string): Promise<readonly string[]> => {
  const own = keptOf(db)
  const known = own.get(organizationId)
  if (known) return known
  const asked = db.query(Row, projectsSql, { org: organizationId }).then(rows => rows.map(row => row.projectId))
  own.set(organizationId, asked)
  asked.catch(() => { if (own.peek(organizationId) === asked) own.delete(organizationId) })
  return asked
}

/** After one of theirs may have been written: what was read before, or is being read, no longer holds. */
export const forgetProjects = (db: ClickHouse, organizationIds: readonly string[]): void => {
  for (const id of organizationIds) keptOf(db).delete(id)
}
