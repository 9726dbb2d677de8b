import type { Operation } from '../../contracts/define.ts'
import { generalProblems } from '../../contracts/problem.ts'
import type { Json } from './json-schema.ts'

const meanings: Readonly<Record<number, string>> = {
  400: 'Malformed or invalid; every bad field is listed', 401: 'No token, or not a good one', 403: 'Known, but not permitted', 404: 'Unknown, or of another organization', 405: 'The path does not take this method',
  408: 'The body came too slowly', 409: 'A rule says no', 412: 'If-Match does not hold', 413: 'The body is too large', 415: 'Not JSON', 422: 'The Idempotency-Key came with another body', 429: 'Too many requests', 500: 'Unforeseen', 503: 'A part is down',
}

/** Every way in which an operation can be refused, by status, with its stable codes. */
export const problemResponses = (operation: Operation): Json => {
  const codes = new Map<number, Set<string>>()
  const add = (status: number, code: string): void => { codes.set(status, (codes.get(status) ?? new Set()).add(code)) }
  for (const status of generalStatuses(operation)) for (const code of generalProblems[status] ?? []) add(status, code)
  for (const [code, status] of Object.entries(operation.errors ?? {})) add(status, code)
  return Object.fromEntries([...codes].toSorted(([a], [b]) => a - b).map(([status, set]) => [String(status), response(status, [...set])]))
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
