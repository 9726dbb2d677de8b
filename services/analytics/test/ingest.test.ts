import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { migrate } from '../clickhouse/migrate.ts'
import { consumerStore } from '../events/consumer-store.ts'
import { ingest } from '../events/ingest.ts'
import { received, rowsOf } from './chdb.ts'
import { startClickHouse } from './clickhouse.ts'

let chdb: Awaited<ReturnType<typeof startClickHouse>>
beforeAll(async () => { chdb = await startClickHouse() })
afterAll(() => chdb.stop())
beforeEach(async () => {
  for (const table of ['events', 'projects', 'touches', 'tallies', 'checkpoints', 'dead_letters'])
    await chdb.db.command(`TRUNCATE TABLE analytics_db.${table}`)
})

const events = Array.from({ length: 60 }, (_, i) => received(i * 2))
const all = { rows: 60, events: 60 }
/** The database, whose insert breaks like this. */
const breaking = (how: (insert: () => Promise<void>) => Promise<void>): ClickHouse =>
  ({ ...chdb.db, insert: (table, rows, token) => how(() => chdb.db.insert(table, rows, token)) })

describe('each event is one row', () => {
  it('however often a batch comes', async () => {
    const take = ingest(chdb.db)
    for (let i = 0; i < 3; i++) await take(events)
    expect(await rowsOf(chdb.db)).toEqual(all)
  })
  it('after a crash between insert and acknowledgement, to a new process', async () => {
    await ingest(chdb.db)(events.slice(0, 40))
    await ingest(chdb.db)(events.slice(20))
    expect(await rowsOf(chdb.db)).toEqual(all)
  })
  it('when the insert came through but its answer was lost', async () => {
    let lost = true
    const take = ingest(breaking(async insert => { await insert(); if (lost) { lost = false; throw new Error('connection reset') } }))
    await expect(take(events)).rejects.toThrow('connection reset')
    await take(events)
    expect(await rowsOf(chdb.db)).toEqual(all)
  })
  it('when only a part of the insert came through', async () => {
    let first = true
    const db: ClickHouse = { ...chdb.db, insert: async (table, rows, token) => {
      if (!first) return chdb.db.insert(table, rows, token)
      first = false
      await chdb.db.insert(table, rows.slice(0, 7), token)
      throw new Error('connection reset')
    } }
    const take = ingest(db)
    await expect(take(events)).rejects.toThrow()
    await take(events)
    expect(await rowsOf(chdb.db)).toEqual(all)
  })
  it('when nothing of it came through', async () => {
    let first = true
    const take = ingest(breaking(insert => { if (first) { first = false; throw new Error('no route') } return insert() }))
    await expect(take(events)).rejects.toThrow()
    await take(events)
    expect(await rowsOf(chdb.db)).toEqual(all)
  })
  it('when a server that stood still takes an insert that was given up, after the table was asked', async () => {
    let first = true
    let late = async (): Promise<void> => {}
    const db: ClickHouse = {
      ...chdb.db,
      insert: async (table, rows, token) => {
        const insert = () => chdb.db.insert(table, rows, token)
        if (!first) return insert()
        first = false
        late = insert
        throw new Error('no answer in time')
      },
      query: async (row, sql, params) => {
        const answer = await chdb.db.query(row, sql, params)
        if (sql.includes('max(position)')) await late()
        return answer
      },
    }
    const take = ingest(db)
    await expect(take(events)).rejects.toThrow('no answer in time')
    await take(events)
    expect(await rowsOf(chdb.db)).toEqual(all)
  })
  it('when a dead letter far behind is replayed', async () => {
    const take = ingest(chdb.db, undefined, 0)
    await take(events.filter(e => e.position !== 30))
    await take(events.filter(e => e.position === 30))
    await take(events.filter(e => e.position === 30))
    expect(await rowsOf(chdb.db)).toEqual(all)
  })
  it('in whatever order and company the batches come', async () => {
    const take = ingest(chdb.db, undefined, 0)
    const mixed = [
      ...events,
      ...events.map(e => received(e.position, { partition: 1, id: `${e.id}p1` })),
      ...events.map(e => received(e.position, { topic: 'project-events', id: `${e.id}p` })),
    ]
    const shuffled = mixed.toSorted((a, b) => a.id.split('').reverse().join('').localeCompare(b.id.split('').reverse().join('')))
    await Promise.all(Array.from({ length: 18 }, (_, i) => take(shuffled.slice(i * 10, i * 10 + 10))))
    await Promise.all(Array.from({ length: 6 }, (_, i) => take(shuffled.slice(i * 30, i * 30 + 30))))
    expect(await rowsOf(chdb.db)).toEqual({ rows: 180, events: 180 })
  })
  it('and batches that wait for an insert go into the next one together', async () => {
    let inserts = 0
    const take = ingest({ ...chdb.db, insert: (table, rows, token) => { if (table === 'events') inserts++; return chdb.db.insert(table, rows, token) } })
    await Promise.all(events.map(e => take([e])))
    expect([inserts <= 3, await rowsOf(chdb.db)]).toEqual([true, all])
  })
})

it('events that are long go into several inserts, none longer than a string can be', async () => {
  const inserts: string[] = []
  const take = ingest({ ...chdb.db, insert: async (table, rows) => { if (table === 'events') inserts.push(JSON.stringify(rows)) } })
  await take(Array.from({ length: 40 }, (_, i) => received(i, { data: { title: 'x'.repeat(600_000) } })))
  expect(inserts.length).toBeGreaterThan(1)
  expect(Math.max(...inserts.map(insert => insert.length))).toBeLessThan(8_500_000)
  expect(inserts.join('').match(/"event_id"/g)).toHaveLength(40)
})

describe('the consumer’s own tables', () => {
  it('keep a checkpoint by compare-and-set, also for the next process', async () => {
    const store = consumerStore(chdb.db, 0)
    expect(await store.checkpoint('a')).toBeUndefined()
    expect(await store.saveCheckpoint({ id: 'a', next: 5, revision: 0 })).toBe(true)
    expect(await store.saveCheckpoint({ id: 'a', next: 9, revision: 0 })).toBe(false)
    expect(await store.saveCheckpoint({ id: 'a', next: 7, revision: 1 })).toBe(true)
    expect(await consumerStore(chdb.db).checkpoint('a')).toEqual({ id: 'a', next: 7, revision: 2 })
  })
  it('keep a step back at once, for every partition', async () => {
    const [before, store] = [consumerStore(chdb.db, 0), consumerStore(chdb.db)]
    const ids = ['a/0', 'a/1', 'a/2', 'a/3']
    for (const id of ids) await before.saveCheckpoint({ id, next: 100, revision: 0 })
    for (const id of ids) {
      await store.checkpoint(id)
      await store.saveCheckpoint({ id, next: 50, revision: 1, epoch: 1 })
    }
    const next = consumerStore(chdb.db)
    expect(await Promise.all(ids.map(async id => (await next.checkpoint(id))?.next))).toEqual([50, 50, 50, 50])
  })
  it('keep dead letters', async () => {
    const store = consumerStore(chdb.db, 0)
    const letter = {
      id: 'l1', consumer: 'analytics', topic: 'task-events', partition: 0, position: 3, subject: 't1', organizationId: 'o1',
      state: 'waiting', event: { some: ['thing'] }, reason: 'no', attempts: 5, behind: null, traceId: null, at: '2026-03-02T09:00:00.000Z',
    } as const
    expect([await store.addDeadLetter(letter), await store.addDeadLetter(letter)]).toEqual(['inserted', 'taken'])
    expect(await store.deadLetters({ consumer: 'analytics', state: 'waiting' })).toEqual([letter])
    expect(await store.deadLetters({ organizationId: 'o2' })).toEqual([])
    const waiting = { id: 'l1', topic: 'task-events', subject: 't1', position: 3, behind: null }
    for (const subject of [undefined, 't1']) expect(await store.waitingLetters('analytics', subject)).toEqual([waiting])
    expect([await store.moveDeadLetter('l1', 'waiting', 'skipped'), await store.moveDeadLetter('l1', 'waiting', 'replayed')]).toEqual([true, false])
    expect([await store.waitingLetters('analytics'), (await store.deadLetter('l1'))?.state]).toEqual([[], 'skipped'])
  })
  it('are migrated once', async () => expect(await migrate(chdb.db)).toEqual([]))
})
