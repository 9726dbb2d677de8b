import { globSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { connectClickHouse } from '../clickhouse/clickhouse.ts'
import { ingest } from '../events/ingest.ts'
import { received, rowsOf, startChdb } from './chdb.ts'

it('an engine whose disk was full in the middle of a mutation opens its tables again', async () => {
  const { db, folder } = await startChdb()
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }) })
  await ingest(db)([received(0), received(2)])
  await db.command("ALTER TABLE analytics_db.events UPDATE actor_id = '' WHERE event_id = '00000000-0000-0000-0000-000000000000'")
  await db.close()
  // As ClickHouse leaves it behind: the file is there, and nothing could be written into it.
  const mutations = globSync(join(folder, 'store/*/*/mutation_*.txt'))
  expect(mutations).toHaveLength(1)
  for (const file of mutations) writeFileSync(join(dirname(file), 'mutation_999.txt'), '')
  const again = await connectClickHouse({ folder })
  expect(await rowsOf(again)).toEqual({ rows: 2, events: 2 })
  await again.close()
})
