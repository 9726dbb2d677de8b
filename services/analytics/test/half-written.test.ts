import { globSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { connectClickHouse, type ClickHouse } from '../clickhouse/clickhouse.ts'
import { readLostAgain } from '../clickhouse/lost-parts.ts'
import { fromTallies } from '../dashboard/from-tallies.ts'
import { tallied } from '../dashboard/tallies.ts'
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
  const Part = z.object({ path: z.string(), active: z.number(), level: z.number() })
  const parts = await first.query(Part, "SELECT path, active, level FROM system.parts WHERE database = 'analytics_db' AND table = 'events'")
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

it('figures go on after the touches that they were counted by are lost', async () => {
  const { db: first, folder } = await startChdb()
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }) })
  const ask = { organizationId: 'o1', projectIds: ['p1'], from: '2026-03-01T00:00:00.000Z', to: '2026-06-01T00:00:00.000Z' }
  const open = async (db: ClickHouse): Promise<number | undefined> => { const figures = await tallied(db, ask); return figures && fromTallies(figures).state.open }
  await first.command('SYSTEM STOP MERGES analytics_db.touches')
  for (const position of [0, 2, 4]) await ingest(first)([received(position)])
  expect(await open(first)).toBe(3)
  const parts = await first.query(z.object({ path: z.string() }), "SELECT path FROM system.parts WHERE database = 'analytics_db' AND table = 'touches' AND active")
  await first.close()
  for (const { path } of parts) for (const marks of globSync(join(path, '*mrk*'))) truncateSync(marks, 0)
  const db = await connectClickHouse({ folder })
  expect((await readLostAgain(db)).length).toBeGreaterThan(0)
  await ingest(db)([received(6)])
  expect(await open(db)).toBe(4)
  await db.close()
})
