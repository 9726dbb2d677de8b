import mongoose, { type Connection, type ConnectOptions } from 'mongoose'
import { breaker as newBreaker, type Breaker } from './breaker.ts'
import { isUnavailable } from './http/unavailable.ts'

export type Mongo = Connection & { ping(): Promise<void>; readonly breaker: Breaker }

const limits: ConnectOptions = {
  serverSelectionTimeoutMS: 3_000, connectTimeoutMS: 3_000, socketTimeoutMS: 5_000, waitQueueTimeoutMS: 3_000, heartbeatFrequencyMS: 2_000,
  maxPoolSize: 20, minPoolSize: 1,
  // FerretDB has neither transactions nor retryable writes; what must happen once is guarded by unique ids instead.
  retryWrites: false, bufferCommands: false, autoIndex: false, autoCreate: false,
}

/** The breaker of a document store: opens on outages only, never because a write lost a race. */
export const mongoBreaker = (name = 'mongo'): Breaker => newBreaker({ name, timeoutMs: 8_000, failures: 5, retryAfterMs: 300, isOutage: isUnavailable })

/** Connects to the service's own database. Nothing on it waits longer than a few seconds: not for a server, a pooled connection, or an answer. */
export const connectMongo = async (uri: string, dbName: string, breaker: Breaker = mongoBreaker(), options: ConnectOptions = {}): Promise<Mongo> => {
  const connection = await mongoose.createConnection(uri, { ...limits, dbName, ...options }).asPromise()
  const ping = async (): Promise<void> => { await connection.db?.command({ ping: 1 }) }
  return Object.assign(connection, { ping, breaker })
}
