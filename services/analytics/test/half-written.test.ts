import { globSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { connectClickHouse } from '../clickhouse/clickhouse.ts'
import { readLostAgain } from '../clickhouse/lost-parts.ts'
import { consumerStore } from '../events/consumer-store.ts'
import { ingest } from '../events/ingest.ts'
import { received, rowsOf, startChdb } from './chdb.ts'

/** An engine with two events that a merge has put into one part. */
const withMergedPart = async () => {
  const { db: first, folder } = await startChdb()
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }) })
  await ingest(first)([received(0)])
  await ingest(first)([received(2)])
  await first.command('OPTIMIZE TABLE analytics_db.events FINAL')
  return { first, folder }
}

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

it('a part that a full disk cut short is noticed, and mended by opening the engine again', async () => {
  const { first, folder } = await withMergedPart()
  await first.close()
  const seen: unknown[] = []
  const db = await connectClickHouse({ folder }, { onBroken: error => { seen.push(error) } })
  const [merged] = await db.query(z.object({ path: z.string() }), "SELECT path FROM system.parts WHERE database = 'analytics_db' AND table = 'events' AND active")
  for (const marks of globSync(join(merged?.path ?? '', '*mrk*'))) truncateSync(marks, 0)
  await expect(db.query(z.object({ n: z.number() }), 'SELECT sum(position) AS n FROM analytics_db.events')).rejects.toThrow()
  expect(seen).toHaveLength(1)
  await db.close()
  const again = await connectClickHouse({ folder })
  expect(await rowsOf(again)).toEqual({ rows: 2, events: 2 })
  expect(await readLostAgain(again)).toEqual([])
  await again.close()
})

it('what was lost with a part that nothing replaces is consumed again from the beginning, once', async () => {
  const { first, folder } = await withMergedPart()
  await first.command('SYSTEM STOP MERGES analytics_db.events')
  await ingest(first)([received(3)])
  await consumerStore(first).saveCheckpoint({ id: 'analytics/task-events/0', next: 4, revision: 0 })
  const parts = await first.query(z.object({ path: z.string(), active: z.number(), level: z.number() }), "SELECT path, active, level FROM system.parts WHERE database = 'analytics_db' AND table = 'events'")
  await first.close()
  for (const { path, active, level } of parts) {
    if (active && level > 1) for (const marks of globSync(join(path, '*mrk*'))) truncateSync(marks, 0)
    else if (!active) rmSync(path, { recursive: true, force: true })
  }
  const db = await connectClickHouse({ folder })
  expect(await rowsOf(db)).toEqual({ rows: 1, events: 1 })
  expect(await readLostAgain(db)).toEqual([expect.stringMatching(/^events broken-on-start_/)])
  expect(await consumerStore(db).checkpoint('analytics/task-events/0')).toMatchObject({ next: 0 })
  await ingest(db)([received(0), received(2), received(3)])
  expect(await rowsOf(db)).toEqual({ rows: 3, events: 3 })
  expect(await readLostAgain(db)).toEqual([])
  await db.close()
})
