import { Refused } from './decider.ts'

/** What a caller is told when the store does not answer in time. */
export const storeAway = (): Refused => new Refused(
  'unavailable', 'store-unavailable', 'The document store does not answer. Nothing was acknowledged; try again.', { retryAfter: 2 },
)

// Recognized by name, so that this file needs no driver: each is an outage of a part, not a fault of the request.
const names = new Set([
  'MongoNetworkError', 'MongoNetworkTimeoutError', 'MongoServerSelectionError', 'MongooseServerSelectionError', 'MongoWaitQueueTimeoutError',
  'MongoTopologyClosedError', 'MongoNotConnectedError', 'MongoPoolClearedError', 'MongoPoolClosedError', 'PoolClearedOnNetworkError',
  'MongoServerClosedError', 'MongoClientClosedError', 'MongoOperationTimeoutError',
])
const codes = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN',
  'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT',
])

/** Whether an error means that a store or peer is down or too slow: the caller may try again later (503). */
export const isUnavailable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  if (error instanceof Refused) return error.kind === 'unavailable'
  if (names.has(error.name)) return true
  if ('code' in error && typeof error.code === 'string' && codes.has(error.code)) return true
  if (isServerOutage(error)) return true
  return error.name === 'MongooseError' && error.message.includes('before initial connection')
}

// MongoDB's own words for: stepping down, shutting down, out of reach, too late, no room on the disk.
const serverCodes = new Set([6, 7, 50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031])
// FerretDB hands PostgreSQL's words on as an internal error: an SQLSTATE class (connection, resources, operator intervention, system), or the network's.
const postgresOutage = new RegExp([
  'SQLSTATE (?:08|53|57|58)', 'failed to connect', 'connection refused', 'conn closed', 'connection reset', 'broken pipe',
  'use of closed network connection', 'i/o timeout', 'shutting down', 'too many clients', String.raw`\bEOF\b`,
].join('|'), 'i')

/** The store answered, but only to say that it cannot: alone, or for some of a batch. */
const isServerOutage = (error: Error): boolean => {
  if (!/^Mongo(?:Server|BulkWrite|WriteConcern)Error$/.test(error.name)) return false
  const code = 'code' in error && typeof error.code === 'number' ? error.code : undefined
  // A batch that the server answered has a code or names what failed; without both it never got an answer, and the driver has hidden why.
  if (code === undefined && error.name === 'MongoBulkWriteError') {
    return !('writeErrors' in error && Array.isArray(error.writeErrors) && error.writeErrors.length > 0)
  }
  return (code !== undefined && serverCodes.has(code)) || postgresOutage.test(error.message)
}
