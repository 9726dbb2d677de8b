import { z } from 'zod'
import { honoursIfMatch, type Operation } from './define.ts'

/** RFC 9457 `application/problem+json`. `code` is stable; `context` holds public facts that help (what is allowed, which cycle, the current version). */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  context: z.record(z.string(), z.unknown()).optional(),
  traceId: z.string(),
}).meta({ id: 'Problem', description: 'Why a request was refused (RFC 9457)' })
export type Problem = z.infer<typeof Problem>

/** The codes that any operation may answer beside its own, by status. A 503 may say more exactly which part is away, so its codes are examples. */
export const generalProblems: Readonly<Record<number, readonly string[]>> = {
  400: ['invalid', 'malformed-request', 'malformed-json', 'bad-cursor', 'bad-if-match', 'bad-idempotency-key', 'bad-path'],
  401: ['token-missing', 'token-invalid', 'token-expired', 'token-outdated', 'session-ended'],
  403: ['forbidden'],
  404: ['unknown'],
  405: ['method-not-allowed'],
  408: ['body-timeout'],
  409: ['request-in-progress'],
  412: ['stale'],
  413: ['body-too-large'],
  415: ['unsupported-media-type'],
  422: ['idempotency-key-reused'],
  429: ['throttled'],
  431: ['headers-too-large'],
  503: ['dependency-unavailable', 'dependency-timeout', 'starting'],
}

/** The general refusals that an operation can meet, by what it is. */
const generalStatuses = (operation: Operation): number[] => {
  const { access, method, path } = operation
  return [
    400, 429, 431, 503,
    ...(access === 'public' ? [] : [401]),
    ...(access === 'user' ? [403] : []),
    ...(path.includes(':') ? [404] : []),
    ...(method === 'GET' ? [] : [408, 413, 415]),
    ...(honoursIfMatch(operation) ? [412] : []),
    ...(method === 'POST' ? [409, 422] : []),
  ]
}

/** Every way in which an operation says it can be refused: its codes by status, ascending. */
export const refusalsOf = (operation: Operation): ReadonlyMap<number, readonly string[]> => {
  const own = Map.groupBy(Object.entries(operation.errors ?? {}), ([, status]) => status)
  const statuses = [...new Set([...generalStatuses(operation), ...own.keys()])].toSorted((a, b) => a - b)
  return new Map(statuses.map(status => [status, [...new Set([...(generalProblems[status] ?? []), ...(own.get(status) ?? []).map(([code]) => code)])]]))
}
