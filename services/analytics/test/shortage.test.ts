import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { startClickHouse } from './clickhouse.ts'

let chdb: Awaited<ReturnType<typeof startClickHouse>>
beforeAll(async () => { chdb = await startClickHouse() })
afterAll(() => chdb.stop())

const ask = (sql: string): Promise<unknown> => chdb.db.query(z.object({ n: z.number() }), sql)

it('a database that lacks memory is away for the moment', async () => {
  const greedy = 'SELECT length(groupArray(number)) AS n FROM numbers(10000000) SETTINGS max_memory_usage = 1000000'
  await expect(ask(greedy)).rejects.toMatchObject({ kind: 'unavailable', code: 'dependency-unavailable', detail: { retryAfter: 5 } })
})

it('a question that it does not understand is a mistake, and no outage however often it is asked', async () => {
  for (let i = 0; i < 6; i++) await expect(ask('SELECT n FROM analytics_db.nowhere')).rejects.toMatchObject({ type: 'UNKNOWN_TABLE' })
  expect(chdb.db.breaker.state()).toBe('closed')
})
