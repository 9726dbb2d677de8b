import { isUtf8 } from 'node:buffer'
import type { BatchedRequest } from '../../shared/contracts/batch.ts'
import type { Operation } from '../../shared/contracts/define.ts'
import { isPermitted } from '../../shared/kit/http/input/inspect.ts'
import { currentContext } from '../../shared/kit/observe/context.ts'

const MOST_BYTES = 32 * 1024
const MOST_PATH = 1_024
// What a sidecar or a URL parser might write in another way stays as it was only in a request of its own.
const plain = /^[\w\-./~?&=%:,+]*$/

type Request = Pick<BatchedRequest, 'method' | 'path' | 'headers'> & { body: Buffer | null }

/**
 * A request as it goes in a batch; nothing when it must go alone: what is long or has a long answer, is not answered with JSON at once, or sets cookies,
 * and what is traced, so that its trace shows every hop.
 */
export const batchable = (operation: Operation, { method, path, headers, body }: Request): BatchedRequest | undefined => {
  const { access, produces, patienceMs, cookie, setsCookie } = operation
  // A page of a list is long.
  if (operation.query && 'limit' in operation.query.shape) return undefined
  if (access !== 'user' || produces !== undefined || patienceMs !== undefined || cookie !== undefined || setsCookie !== undefined) return undefined
  if (path.length > MOST_PATH || !plain.test(path) || currentContext()?.sampled) return undefined
  // What its service would refuse must not be the others' refusal.
  if (!Object.keys(headers).every(isPermitted) || body?.includes(0)) return undefined
  if (!body) return { method, path, headers }
  // Without a type a sidecar would give it one.
  return body.length <= MOST_BYTES && headers['content-type'] !== undefined && isUtf8(body) ? { method, path, headers, body: body.toString() } : undefined
}
