import type { Operation } from '../../contracts/define.ts'
import { generalProblems } from '../../contracts/problem.ts'
import type { Json } from './json-schema.ts'

const meanings: Readonly<Record<number, string>> = {
  400: 'Malformed or invalid; every bad field is listed', 401: 'No token, or not a good one', 403: 'Known, but not permitted', 404: 'Unknown, or of another organization', 405: 'The path does not take this method',
  408: 'The body came too slowly', 409: 'A rule says no', 412: 'If-Match does not hold', 413: 'The body is too large', 415: 'Not JSON', 422: 'The Idempotency-Key came with another body', 429: 'Too many requests', 500: 'Unforeseen', 503: 'A part is down',
}

/** The refusals that any operation may answer; operations refer to them. */
export const generalResponses = (): Json => Object.fromEntries(Object.entries(generalProblems).map(([status, codes]) => [`Problem${status}`, response(Number(status), codes)]))

/** Every way in which an operation can be refused, by status, with its stable codes. */
export const problemResponses = (operation: Operation): Json => {
  const own = Map.groupBy(Object.entries(operation.errors ?? {}), ([, status]) => status)
  const statuses = [...new Set([...generalStatuses(operation), ...own.keys()])].toSorted((a, b) => a - b)
  return Object.fromEntries(statuses.map(status => {
    const codes = own.get(status)?.map(([code]) => code)
    return [String(status), codes ? response(status, [...new Set([...(generalProblems[status] ?? []), ...codes])]) : { $ref: `#/components/responses/Problem${status}` }]
  }))
}

const generalStatuses = ({ access, method, path, body }: Operation): number[] => [
  400, 429, 503,
  ...(access === 'public' ? [] : [401]),
  ...(access === 'user' ? [403] : []),
  ...(path.includes(':') ? [404] : []),
  ...(body ? [408, 413, 415] : []),
  ...(method === 'POST' ? [409, 422] : []),
  ...(['PUT', 'PATCH', 'DELETE'].includes(method) ? [412] : []),
]

const response = (status: number, codes: readonly string[]): Json => ({
  description: `${meanings[status] ?? 'Refused'}: ${codes.map(code => `\`${code}\``).join(', ')}`,
  ...(status === 429 || status === 503 ? { headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } } } : {}),
  content: { 'application/problem+json': { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }] } } },
})
