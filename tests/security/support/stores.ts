import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { readFound } from '../../../deploy/local/found.ts'
import { postgresUri } from '../../../deploy/local/parts/postgres.ts'
import { portsAt } from '../../../deploy/local/ports.ts'
import { readSecrets } from '../../../deploy/local/secrets.ts'
import { connectClickHouse } from '../../../services/analytics/clickhouse/clickhouse.ts'
import { z } from 'zod'
import { start, stop } from '../../support/parts.ts'
import { documents } from './documents.ts'

/** A piece of a store, as text. */
export type Piece = { where: string; text: string }

/** Every document of every database, as its driver reads it. */
const documentPieces = async (): Promise<Piece[]> => {
  const client = await documents()
  const { databases } = await client.db().admin().listDatabases()
  const found: Piece[] = []
  for (const { name } of databases) for (const { name: collection } of await client.db(name).listCollections().toArray())
    for (const document of await client.db(name).collection(collection).find().toArray()) found.push({ where: `${name}.${collection} ${String(document['_id'])}`, text: JSON.stringify(document) })
  return found
}
/** Every table of the document store's backend, past all drivers. */
const tablePieces = (): Piece[] => {
  const { documents: kind } = readFound(resolve(import.meta.dirname, '../../..'))
  if (kind.kind !== 'ferretdb') return []
  const dump = execFileSync(join(kind.postgres, 'pg_dump'), ['--data-only', postgresUri(inject('home')).replace(/&pool_max_conns=\d+/, '')], { maxBuffer: 1024 * 1024 * 1024, encoding: 'utf8' })
  return dump.split('\n').map((text, line) => ({ where: `the dump of PostgreSQL, line ${line}`, text }))
}
const valueOf = async (redis: Redis, key: string): Promise<unknown> => {
  switch (await redis.type(key)) {
    case 'string': return redis.get(key)
    case 'hash': return redis.hgetall(key)
    case 'list': return redis.lrange(key, 0, -1)
    case 'set': return redis.smembers(key)
    case 'zset': return redis.zrange(key, '0', '-1')
    case 'stream': return redis.xrange(key, '-', '+')
    default: return undefined
  }
}
const redisPieces = async (name: 'broker' | 'state', db: number): Promise<Piece[]> => {
  const ports = portsAt(Number(new URL(inject('gateway')).port) - 3_000)
  const redis = new Redis({ port: ports[name], password: readSecrets(inject('home'))[`${name}-password`] ?? '', db })
  const keys = await redis.keys('*')
  const found = await Promise.all(keys.map(async key => ({ where: `Redis ${name}/${db} ${key}`, text: `${key} ${JSON.stringify(await valueOf(redis, key))}` })))
  redis.disconnect()
  return found
}
const Table = z.object({ name: z.string() })
/** The embedded engine belongs to one process, so the service steps aside while its tables are read. */
const columnPieces = async (): Promise<Piece[]> => {
  await stop('analytics')
  try {
    const db = await connectClickHouse({ folder: join(inject('home'), 'data/analytics') })
    const tables = await db.query(Table, "SELECT name FROM system.tables WHERE database = 'analytics_db'")
    const pieces: Piece[] = []
    for (const { name } of tables) for (const row of await db.query(z.unknown(), `SELECT * FROM analytics_db.${name}`)) pieces.push({ where: `ClickHouse ${name}`, text: JSON.stringify(row) })
    await db.close()
    return pieces
  } finally {
    await start('analytics')
  }
}
/** What every process of the stack wrote down. */
export const logPieces = (): Piece[] => readdirSync(join(inject('home'), 'logs')).flatMap(file => readFileSync(join(inject('home'), 'logs', file), 'utf8').split('\n').map((text, line) => ({ where: `${file}:${line + 1}`, text })))

/** Everything that the platform keeps anywhere. */
export const allPieces = async (): Promise<{ store: string; pieces: Piece[] }[]> => [
  { store: 'documents', pieces: await documentPieces() }, { store: 'PostgreSQL', pieces: tablePieces() }, { store: 'Redis, events', pieces: await redisPieces('broker', 0) },
  { store: 'Redis, state', pieces: await redisPieces('state', 0) }, { store: 'Redis, mail queue', pieces: await redisPieces('state', 1) }, { store: 'ClickHouse', pieces: await columnPieces() }, { store: 'logs', pieces: logPieces() },
]

/** Where these words stand, in any case of letters, plain or in base64. */
export const search = (pieces: readonly Piece[], words: readonly string[]): string[] => {
  const forms = words.flatMap(word => [word.toLowerCase(), ...[word, ` ${word}`, `  ${word}`].map(shifted => Buffer.from(shifted).toString('base64').slice(4, -4).toLowerCase())])
  return pieces.flatMap(({ where, text }) => {
    const lower = text.toLowerCase()
    return forms.filter(form => form.length > 7 && lower.includes(form)).map(form => `${form} in ${where}: ${text.slice(Math.max(0, lower.indexOf(form) - 80), lower.indexOf(form) + 80)}`)
  })
}
