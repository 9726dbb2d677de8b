import { createClient, type ClickHouseClient, type ClickHouseClientConfigOptions } from '@clickhouse/client'
import type { z } from 'zod'
import { breaker as newBreaker, type Breaker } from '../../shared/kit/breaker.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { removeHalfWritten } from './half-written.ts'

export type Params = Readonly<Record<string, string | number | readonly string[] | readonly number[]>>
/** ClickHouse as this service uses it: values go as parameters, never into the SQL, and every row that comes back is parsed. */
export type ClickHouse = {
  query<S extends z.ZodType>(row: S, sql: string, params?: Params): Promise<z.output<S>[]>
  /** One insert is one block: all of it is there, or nothing. With a token, `events` take it once however often it is sent. */
  insert(table: string, rows: readonly object[], token?: string): Promise<void>
  command(sql: string, params?: Params): Promise<void>
  ping(): Promise<unknown>
  close(): Promise<void>
  readonly breaker: Breaker
}
export type Where = { url: string } | { folder: string }

const settings = {
  date_time_input_format: 'best_effort', output_format_json_quote_64bit_integers: 0, date_time_output_format: 'iso',
  input_format_parallel_parsing: 0, async_insert: 0, mutations_sync: '2',
} as const
const database = 'analytics_db'

/** An error of the database's own: it answered, and did not do what it was asked. Known by its shape, for the embedded engine has a class of its own. */
export const isAnswer = (error: unknown): error is Error & { code: string; type: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^\d+$/.test(error.code) && 'type' in error && typeof error.type === 'string'
const isOutage = (error: Error): boolean => !isAnswer(error)

// It cannot write, takes too long, has too many questions, connections or parts, or lacks memory or room on the disk.
const shortages = new Set(['75', '159', '202', '203', '241', '243', '252'])
const refusalOf = (error: unknown): unknown => {
  if (!isAnswer(error) || !shortages.has(error.code)) return error
  return new Refused('unavailable', 'dependency-unavailable', `ClickHouse cannot do this now (${error.type}). Try again soon.`, { retryAfter: 5 })
}

/** What ClickHouse says of a part that a full disk cut short. */
const broken = /Empty marks file|Bad size of marks file|Checksum doesn't match|CORRUPTED_DATA/
const isBroken = (error: unknown): boolean => error instanceof Error && broken.test(error.message)
export type ConnectOptions = {
  breaker?: Breaker
  /** A part of a table cannot be read. The embedded engine mends that when it is opened again, from the parts that it came from. */
  onBroken?: (error: unknown) => void
}

/** Connects to a server, or opens the embedded engine on a folder (one process per folder). */
export const connectClickHouse = async (
  where: Where,
  { breaker = newBreaker({ name: 'clickhouse', timeoutMs: 30_000, isOutage }), onBroken = () => {} }: ConnectOptions = {},
): Promise<ClickHouse> => {
  const client = await clientFor(where)
  const run = <T>(work: () => Promise<T>): Promise<T> => breaker.run(work).catch((error: unknown) => {
    if (isBroken(error)) onBroken(error)
    throw refusalOf(error)
  })
  await run(() => client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` }))
  const options = (query: string, params: Params) => ({ query, query_params: { ...params }, clickhouse_settings: settings })
  return {
    breaker,
    query: (row, sql, params = {}) => run(async () => {
      const result = await client.query({ ...options(sql, params), format: 'JSONEachRow' })
      return (await result.json()).map(found => row.parse(found))
    }),
    insert: async (table, rows, token) => {
      if (rows.length === 0) return
      await run(() => client.insert({
        table: `${database}.${table}`, values: [...rows], format: 'JSONEachRow',
        clickhouse_settings: { ...settings, ...(token !== undefined && { insert_deduplication_token: token }) },
      }))
    },
    command: async (sql, params = {}) => { await run(() => client.command(options(sql, params))) },
    ping: () => run(async () => {
      const answer = await client.ping({ select: true })
      if (!answer.success) throw answer.error
    }),
    close: () => client.close(),
  }
}

const clientFor = async (where: Where): Promise<ClickHouseClient> => {
  if ('url' in where) return createClient({ url: where.url, request_timeout: 30_000, max_open_connections: 10, application: 'cybertask-analytics' })
  // The engine is big: it is loaded only where there is no server.
  const { createChdbConnection } = await import('chdb/connection')
  removeHalfWritten(where.folder)
  const connection: unknown = opened(where.folder, () => createChdbConnection({ path: where.folder }))
  // chdb brings its own copy of the client's types: the same shape, but private fields make two classes differ.
  return createClient({ connection: connection as NonNullable<ClickHouseClientConfigOptions['connection']> })
}

const opened = <T>(folder: string, open: () => T): T => {
  try { return open() } catch (error) {
    throw new Error(`The folder ${folder} cannot be opened: another process uses it, it cannot be written to, `
      + 'or what the engine said just before is the reason.', { cause: error })
  }
}
