import mongoose, { mongo, type Connection, type ConnectOptions } from 'mongoose'
import { z } from 'zod'
import type { Breaker } from '../breaker.ts'
import { secret } from '../config.ts'
import type { Logger } from '../observe/log.ts'
import { loseWritesWithTheirConnection } from './lost-writes.ts'
import { observedBreaker } from '../observed-breaker.ts'
import { letSessionsGo } from './short-lived-sessions.ts'
import { pause } from '../waiting.ts'

export type Mongo = Connection & { ping(): Promise<void>; readonly breaker: Breaker }

const limits: ConnectOptions = {
  serverSelectionTimeoutMS: 3_000, connectTimeoutMS: 3_000, socketTimeoutMS: 5_000, waitQueueTimeoutMS: 3_000, heartbeatFrequencyMS: 2_000,
  // A store that is back is found at once: while it is away the driver looks so often, not every half second.
  minHeartbeatFrequencyMS: 100,
  maxPoolSize: 16, minPoolSize: 1,
  // FerretDB has neither transactions nor retryable writes; what must happen once is guarded by unique ids instead.
  // A read that broke off is not tried again here either: that would double the wait; the caller's sidecar does it.
  retryWrites: false, retryReads: false, bufferCommands: false, autoIndex: false, autoCreate: false,
}

/** The hosts of a connection string, without name and password. Throws when the driver cannot read it. */
const placeOf = (uri: string): string => {
  const { srvHost, hosts } = new mongo.MongoClient(uri).options
  return srvHost ?? hosts.join(', ')
}
const isReadable = (uri: string): boolean => { try { return placeOf(uri) !== '' } catch { return false } }

/** The setting of a service's document store, the secret `mongodb-uri`: a connection string that the driver can read. */
export const mongodbUri = secret(z.string().refine(
  isReadable, 'must be mongodb://host:port/ or mongodb+srv://host/, with special characters in name and password percent-encoded',
), 'mongodb-uri')

/**
 * Connects to the service's own database; at the start it waits a minute for it (`patienceMs`), which `logger` hears once.
 * After that nothing waits longer than a few seconds: not for a server, a pooled connection, or an answer.
 * Throws what the driver says when the minute is over or waiting does not help.
 */
export const connectMongo = async (
  uri: string,
  dbName: string,
  { logger, patienceMs = 60_000, ...options }: ConnectOptions & { logger?: Pick<Logger, 'warn'>; patienceMs?: number } = {},
): Promise<Mongo> => {
  loseWritesWithTheirConnection()
  let told = false
  const waiting = (error: Error): void => {
    if (!told) logger?.warn({ reason: error.message }, `MongoDB does not answer at ${placeOf(uri)} (MONGODB_URI): waiting for it`)
    told = true
  }
  const connection = await connected(uri, { ...limits, dbName, ...options }, performance.now() + patienceMs, waiting)
  letSessionsGo(connection)
  const breaker = observedBreaker('mongo')
  connection.getClient().on('topologyDescriptionChanged', ({ newDescription }) => {
    breaker.saw([...newDescription.servers.values()].some(server => server.type !== 'Unknown'))
  })
  const ping = async (): Promise<void> => {
    breaker.check()
    await connection.db?.command({ ping: 1 })
  }
  return Object.assign(connection, { ping, breaker })
}

const connected = async (uri: string, options: ConnectOptions, until: number, waiting: (error: Error) => void): Promise<Connection> => {
  const connection = mongoose.createConnection(uri, options)
  try {
    return await connection.asPromise()
  } catch (error) {
    await connection.destroy().catch(() => {})
    // Only a server that is not there yet is worth waiting for; a wrong password stays wrong.
    if (performance.now() > until || !(error instanceof Error) || !/ServerSelection|NetworkError/.test(error.name)) throw error
    waiting(error)
    await pause(500)
    return connected(uri, options, until, waiting)
  }
}
