import { Refused } from '../decider.ts'

// Recognized by name, so that this file needs no driver: each is an outage of a part, not a fault of the request.
const names = new Set([
  'MongoNetworkError', 'MongoNetworkTimeoutError', 'MongoServerSelectionError', 'MongooseServerSelectionError', 'MongoWaitQueueTimeoutError', 'MongoTopologyClosedError', 'MongoNotConnectedError',
  'MongoPoolClearedError', 'MongoPoolClosedError', 'PoolClearedOnNetworkError', 'MongoServerClosedError', 'MongoClientClosedError', 'MongoOperationTimeoutError',
])
const codes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/** Whether an error means that a store or peer is down or too slow: the caller may try again later (503). */
export const isUnavailable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  if (error instanceof Refused) return error.kind === 'unavailable'
  if (names.has(error.name)) return true
  if ('code' in error && typeof error.code === 'string' && codes.has(error.code)) return true
  // FerretDB passes its own database's outage on as an internal error; mongoose says so when it waited in vain for a connection.
  if (error.name === 'MongoServerError' && /failed to connect|connection refused|conn closed|connection reset|shutting down|too many clients|unexpected EOF/i.test(error.message)) return true
  return error.name === 'MongooseError' && error.message.includes('before initial connection')
}
