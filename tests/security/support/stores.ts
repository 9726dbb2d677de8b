import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { Redis } from 'ioredis'
import type { mongo } from 'mongoose'
import { inject } from 'vitest'
import { readFound } from '../../../deploy/local/found.ts'
import { postgresUri } from '../../../deploy/local/parts/postgres.ts'
import { portsAt } from '../../../deploy/local/ports.ts'
import { readSecrets } from '../../../deploy/local/secrets.ts'
import { connectClickHouse } from '../../../services/analytics/clickhouse/clickhouse.ts'
import { segmentOf, type SegmentRow } from '../../../services/shared/kit/events/store/mongo-codec.ts'
import { z } from 'zod'
import { start, stop } from '../../support/parts.ts'
import { documents } from './documents.ts'

/** A piece of a store, as text. */
export type Piece = { where: string; text: string }

/** The documents of a collection. Segments hold each event a second time, packed: unopened, no word would ever be found there. */
const textsIn = async (db: mongo.Db, collection: string): Promise<[id: string, text: string][]> => {
  if (collection === 'segments') return (await db.collection<SegmentRow>(collection).find().toArray()).map(row => [row._id, JSON.stringify(segmentOf(row))])
  return (await db.collection(collection).find().toArray()).map(document => [String(document['_id']), JSON.stringify(document)])
}
/** Every document of every database, as its driver reads it. */
export const documentPieces = async (): Promise<Piece[]> => {
  const client = await documents()
  const { databases } = await client.db().admin().listDatabases()
  const found: Piece[] = []
  for (const { name } of databases) for (const { name: collection } of await client.db(name).listCollections().toArray())
    for (const [id, text] of await textsIn(client.db(name), collection)) found.push({ where: `${name}.${collection} ${id}`, text })
  return found
}
// How zstd begins, in base64: so the backend keeps what the document store got packed.
const frames = /KLUv\/[A-Za-z0-9+/]+={0,2}/g
const unpacked = (text: string): string[] => [...text.matchAll(frames)].map(([frame]) => zstdDecompressSync(Buffer.from(frame, 'base64')).toString())
const documentStore = () => readFound(resolve(import.meta.dirname, '../../..')).documents
/** Whether the documents lie in tables of PostgreSQL. */
export const hasTables = (): boolean => documentStore().kind === 'ferretdb'
/** Every table of the document store's backend, past all drivers; what is packed is there once more, unpacked. */
export const tablePieces = (): Piece[] => {
  const kind = documentStore()
  if (kind.kind !== 'ferretdb') return []
  const args = ['--data-only', postgresUri(inject('home')).replace(/&pool_max_conns=\d+/, '')]
  const dump = execFileSync(join(kind.postgres, 'pg_dump'), args, { maxBuffer: 1024 * 1024 * 1024, encoding: 'utf8' })
  return dump.split('\n').flatMap((text, line) => [
    { where: `the dump of PostgreSQL, line ${line}`, text },
    ...unpacked(text).map(inner => ({ where: `packed in the dump of PostgreSQL, line ${line}`, text: inner })),
  ])
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
const redisOf = (name: 'broker' | 'state', db: number): Redis => {
  const ports = portsAt(Number(new URL(inject('gateway')).port) - 3_000)
  return new Redis({ port: ports[name], password: readSecrets(inject('home'))[`${name}-password`] ?? '', db })
}
const redisPieces = async (name: 'broker' | 'state', db: number): Promise<Piece[]> => {
  const redis = redisOf(name, db)
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
    for (const { name } of tables) {
      const rows = await db.query(z.unknown(), `SELECT * FROM analytics_db.${name}`)
      for (const row of rows) pieces.push({ where: `ClickHouse ${name}`, text: JSON.stringify(row) })
    }
    await db.close()
    return pieces
  } finally {
    await start('analytics')
  }
}
/** The files of the scheduler, which keeps reminders and jobs in an etcd of its own: its whole log, too. */
const schedulerPieces = (): Piece[] => readdirSync(join(inject('home'), 'data/scheduler'), { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  .map(({ parentPath, name }) => ({ where: `scheduler ${name}`, text: readFileSync(join(parentPath, name), 'latin1').replaceAll(/\0+/g, ' ') }))
const logs = () => join(inject('home'), 'logs')
/** What every process of the stack wrote down. */
export const logPieces = (): Piece[] => readdirSync(logs()).flatMap(file => readFileSync(join(logs(), file), 'utf8')
  .split('\n')
  .map((text, line) => ({ where: `${file}:${line + 1}`, text })))

/**
 * Everything that the platform keeps anywhere, as whoever may read it finds it. Not what a store has let go of and not yet overwritten
 * on its disk (dead rows, write-ahead and append-only files): nobody is shown it, and each store cleans it up in its time.
 * Nor Kafka, which has the same messages as the streams here; nor the mailboxes, which are other people's.
 */
export const allPieces = async (): Promise<{ store: string; pieces: Piece[] }[]> => [
  { store: 'documents', pieces: await documentPieces() },
  { store: 'PostgreSQL', pieces: tablePieces() },
  { store: 'Redis, events', pieces: await redisPieces('broker', 0) },
  { store: 'Redis, state', pieces: await redisPieces('state', 0) },
  { store: 'Redis, mail queue', pieces: await redisPieces('state', 1) },
  { store: 'ClickHouse', pieces: await columnPieces() },
  { store: 'scheduler', pieces: schedulerPieces() },
  { store: 'logs', pieces: logPieces() },
]

/** Leaves a word for the search to find where nothing of the platform's own is sure to lie: in the state, in the mail queue's database, in the logs. */
export const plant = async (word: string): Promise<void> => {
  for (const db of [0, 1]) {
    const redis = redisOf('state', db)
    await redis.set('planted', word, 'EX', 300)
    redis.disconnect()
  }
  writeFileSync(join(logs(), 'planted.log'), `GET /?word=${encodeURIComponent(word)}\n`)
}

/** A word as it is, in a path or a form, and in base64 wherever it begins there; in small letters. */
const formsOf = (word: string): string[] => {
  const inPath = encodeURIComponent(word)
  const inBase64 = [word, ` ${word}`, `  ${word}`].map(shifted => Buffer.from(shifted).toString('base64').slice(4, -4))
  return [...new Set([word, inPath, inPath.replaceAll('%20', '+'), ...inBase64])].map(form => form.toLowerCase())
}
/** Where these words stand, in any case of letters and in each of their forms. */
export const search = (pieces: readonly Piece[], words: readonly string[]): string[] => {
  const forms = words.flatMap(formsOf)
  return pieces.flatMap(({ where, text }) => {
    const lower = text.toLowerCase()
    return forms.filter(form => form.length > 7 && lower.includes(form)).map(form => {
      const at = lower.indexOf(form)
      return `${form} in ${where}: ${text.slice(Math.max(0, at - 80), at + 80)}`
    })
  })
}
