import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { dashboard } from '../dashboard/dashboard.ts'
import { recounted } from '../dashboard/recounted.ts'
import { countAll, tallied } from '../dashboard/tallies.ts'
import { fromTallies } from '../dashboard/from-tallies.ts'
import { ingest } from '../events/ingest.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Received } from '../../shared/kit/events/consumer/handler.ts'
import { random, shuffled, type Random } from './random.ts'
import { historyOf } from './histories.ts'
import { received } from './chdb.ts'
import { startClickHouse } from './clickhouse.ts'

let chdb: Awaited<ReturnType<typeof startClickHouse>>
beforeAll(async () => { chdb = await startClickHouse() })
afterAll(() => chdb.stop())

const both = async (organizationId: string, projectIds: readonly string[], from: string, to: string) => {
  const ask = { organizationId, projectIds, from, to }
  const figures = await tallied(chdb.db, ask)
  if (!figures) throw new Error('the tallies gave no answer')
  return { fast: await dashboard(chdb.db, ask, async () => fromTallies(figures)), slow: await dashboard(chdb.db, ask, recounted) }
}
const equal = async (organizationId: string, projectIds: readonly string[], from: string, to: string): Promise<void> => {
  const { fast, slow } = await both(organizationId, projectIds, from, to)
  expect(fast).toEqual(slow)
}
/** Batches of random size, some of them twice. */
const batchesOf = (pick: Random, events: readonly Received[]): Received[][] => {
  const batches: Received[][] = []
  for (let i = 0; i < events.length;) {
    const size = 20 + pick(120)
    batches.push(events.slice(i, i + size), ...pick(4) === 0 ? [events.slice(Math.max(0, i - pick(20)), i + size)] : [])
    i += size
  }
  return batches
}
const later = '2026-06-01T12:34:56.789Z'
const projects = ['p0', 'p1', 'p2', 'never']

describe('the tallies say what a recount of the events says', () => {
  it.each([1, 2, 3, 4])('for random histories in any order, with events that come again (%i)', async seed => {
    const pick = random(seed)
    const organizationId = `r${seed}`
    const take = ingest(chdb.db, undefined, 0)
    for (const batch of batchesOf(pick, shuffled(pick, historyOf(pick, organizationId)))) {
      await take(shuffled(pick, batch))
      if (pick(3) > 0) continue
      const from = new Date(Date.UTC(2026, 2, pick(40), pick(24), pick(60), pick(60), pick(1000))).toISOString()
      await equal(organizationId, pick(2) ? projects : [projects[pick(4)] ?? 'p0'], from, later)
    }
    for (const from of ['2026-01-01T00:00:00.000Z', '2026-03-11T09:00:00.000Z', '2026-05-31T23:59:59.999Z']) await equal(organizationId, projects, from, later)
  })

  it('also of a range that ends before the newest event: then it is the recount itself', async () => {
    await ingest(chdb.db)([received(0, { organizationId: 'past', id: 'past0' }), received(1, { organizationId: 'past', id: 'past1', at: '2026-03-05T09:00:00.000Z' })])
    const ask = { organizationId: 'past', projectIds: ['p1'], from: '2026-03-01T00:00:00.000Z', to: '2026-03-04T00:00:00.000Z' }
    expect(await tallied(chdb.db, ask)).toBeUndefined()
    expect((await dashboard(chdb.db, ask)).open).toBe(1)
  })

  it('after a crash between the rows and the touch, once the events come again', async () => {
    const events = Array.from({ length: 5 }, (_, i) => received(1000 + i, { organizationId: 'crash', id: `crash${i}` }))
    const ask = ['crash', ['p1'], '2026-03-01T00:00:00.000Z', later] as const
    await ingest(chdb.db)(events.slice(0, 2))
    await equal(...ask)
    const dying: ClickHouse = { ...chdb.db, insert: (table, rows) => table === 'touches' ? Promise.reject(new Error('killed')) : chdb.db.insert(table, rows) }
    await expect(ingest(dying)(events)).rejects.toThrow('killed')
    await ingest(chdb.db)(events)
    const { fast, slow } = await both(...ask)
    expect([fast, fast.open]).toEqual([slow, 5])
  })

  it('for events that were there before the tallies were', async () => {
    await ingest(chdb.db)([received(2000, { organizationId: 'old', id: 'old' })])
    await chdb.db.command('TRUNCATE TABLE analytics_db.touches')
    await chdb.db.command('TRUNCATE TABLE analytics_db.tallies')
    await countAll(chdb.db)
    expect(await chdb.db.query(z.object({ n: z.number() }), "SELECT count() AS n FROM analytics_db.tallies WHERE organization_id = 'old' AND what = 'head'")).toEqual([{ n: 1 }])
    expect((await both('old', ['p1'], '2026-03-01T00:00:00.000Z', later)).fast.open).toBe(1)
  })

  it('and come from the events where the disk has no room for a count', async () => {
    await ingest(chdb.db)([received(5000, { organizationId: 'full', id: 'full' })])
    const full: ClickHouse = { ...chdb.db, command: async () => { throw new Refused('unavailable', 'dependency-unavailable') } }
    expect((await dashboard(full, { organizationId: 'full', projectIds: ['p1'], from: '2026-03-01T00:00:00.000Z', to: later })).open).toBe(1)
  })

  it('and come also while events never cease', async () => {
    await ingest(chdb.db)([received(4000, { organizationId: 'busy', id: 'busy' })])
    const touch = () => chdb.db.insert('touches', [{ organization_id: 'busy', project_id: 'p1', touches: 1 }])
    const busy: ClickHouse = { ...chdb.db, command: async (sql, params) => { await chdb.db.command(sql, params); await touch() } }
    const figures = await tallied(busy, { organizationId: 'busy', projectIds: ['p1'], from: '2026-03-01T00:00:00.000Z', to: later })
    expect(figures && fromTallies(figures).state.open).toBe(1)
  })

  it('and a project that nothing touched is not counted again, however many ask at once', async () => {
    const ask = { organizationId: 'calm', projectIds: ['p1'], from: '2026-03-01T00:00:00.000Z', to: later }
    await ingest(chdb.db)([received(3000, { organizationId: 'calm', id: 'calm' })])
    await Promise.all(Array.from({ length: 5 }, () => tallied(chdb.db, ask)))
    await tallied(chdb.db, ask)
    expect(await chdb.db.query(z.object({ n: z.number() }), "SELECT uniqExact(build) AS n FROM analytics_db.tallies WHERE organization_id = 'calm'")).toEqual([{ n: 1 }])
  })
})
