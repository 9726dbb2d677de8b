import { setTimeout as sleep } from 'node:timers/promises'
import mongoose, { type Connection, type ConnectOptions } from 'mongoose'
import type { Breaker } from '../breaker.ts'
import { loseWritesWithTheirConnection } from './lost-writes.ts'
import { observedBreaker } from '../observed-breaker.ts'

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
const patienceMs = 60_000

/** Connects to the service's own database; at the start it waits a minute for it. After that nothing waits longer than a few seconds: not for a server, a pooled connection, or an answer. */
export const connectMongo = async (uri: string, dbName: string, options: ConnectOptions = {}): Promise<Mongo> => {
  loseWritesWithTheirConnection()
  const connection = await connected(uri, { ...limits, dbName, ...options }, performance.now() + patienceMs)
  const breaker = observedBreaker('mongo')
  connection.getClient().on('topologyDescriptionChanged', ({ newDescription }) => { breaker.saw([...newDescription.servers.values()].some(server => server.type !== 'Unknown')) })
  const ping = async (): Promise<void> => {
    breaker.check()
    await connection.db?.command({ ping: 1 })
  }
  return Object.assign(connection, { ping, breaker })
}

const connected = async (uri: string, options: ConnectOptions, until: number): Promise<Connection> => {
  const connection = mongoose.createConnection(uri, options)
  try {
    return await connection.asPromise()
  } catch (error) {
    await connection.destroy().catch(() => {})
    // Only a server that is not there yet is worth waiting for; a wrong password stays wrong.
    if (performance.now() > until || !(error instanceof Error) || !/ServerSelection|NetworkError/.test(error.name)) throw error
    await sleep(500)
    return connected(uri, options, until)
  }
}
