import { startChdb } from '../services/analytics/test/chdb.ts'
import type { ClickHouse } from '../services/analytics/clickhouse/clickhouse.ts'

/** Work on an embedded ClickHouse of its own, which is closed whatever happens: a process has one at a time. */
export const withChdb = async <T>(work: (db: ClickHouse) => Promise<T>): Promise<T> => {
  const { db, folder, stop } = await startChdb()
  // What it still writes after a failure must not hide that failure.
  try { return await work(db) } finally { await stop().catch((error: unknown) => { console.error(`${folder} is left behind:`, error) }) }
}
