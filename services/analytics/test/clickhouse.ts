import { inject } from 'vitest'
import { connectClickHouse, type ClickHouse } from '../clickhouse/clickhouse.ts'
import { migrate } from '../clickhouse/migrate.ts'
import { startChdb } from './chdb.ts'

declare module 'vitest' {
  interface ProvidedContext { clickhouse?: string }
}

/** The database of a test file: on the server that `npm run test:containers` brings up, else in an embedded engine. */
export const startClickHouse = async (): Promise<{ db: ClickHouse; stop: () => Promise<void> }> => {
  const url = inject('clickhouse')
  if (url === undefined) return startChdb()
  const db = await connectClickHouse({ url })
  await migrate(db)
  return { db, stop: async () => { await db.command('DROP DATABASE analytics_db SYNC'); await db.close() } }
}
