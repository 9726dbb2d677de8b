import type { Operation } from '../../../contracts/define.ts'
import { generalProblems, refusalsOf } from '../../../contracts/problem.ts'
import type { Json } from './json-schema.ts'

const meanings: Readonly<Record<number, string>> = {
  400: 'Malformed or invalid; every bad field is listed', 401: 'No token, or not a good one', 403: 'Known, but not permitted',
  404: 'Unknown, or of another organization', 405: 'The path does not take this method', 408: 'The body came too slowly',
  409: 'A rule says no', 412: 'If-Match does not hold', 413: 'The body is too large', 415: 'Not JSON',
  422: 'The Idempotency-Key came with another request', 429: 'Too many requests', 431: 'Path and headers are too long', 503: 'A part is down',
}

/** The refusals that any operation may answer; operations refer to them. */
export const generalResponses = (): Json => Object.fromEntries(Object.entries(generalProblems)
  .map(([status, codes]) => [`Problem${status}`, response(Number(status), codes)]))

/** Every way in which an operation can be refused, by status, with its stable codes. */
export const problemResponses = (operation: Operation): Json => Object.fromEntries([...refusalsOf(operation)].map(([status, codes]) =>
  [String(status), codes.length > (generalProblems[status] ?? []).length ? response(status, codes) : { $ref: `#/components/responses/Problem${status}` }]))

const problem: Json = { $ref: '#/components/schemas/Problem' }
const carried: Readonly<Record<number, Json>> = {
  401: { 'WWW-Authenticate': { description: 'Bearer', schema: { type: 'string' } } },
  405: { Allow: { description: 'The methods that the path takes', schema: { type: 'string' } } },
  415: { Accept: { description: 'What is taken, where the content type was another', schema: { type: 'string' } } },
}
const headersOf = (status: number, codes: readonly string[]): Json => {
  const waits = status === 429 || status === 503 || codes.includes('request-in-progress')
  const headers = { ...carried[status], ...(waits ? { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } } : {}) }
  return Object.keys(headers).length ? { headers } : {}
}
const response = (status: number, codes: readonly string[]): Json => ({
  description: `${meanings[status] ?? 'Refused'}: ${codes.map(code => `\`${code}\``).join(', ')}`,
  ...headersOf(status, codes),
  // Which part is away is said more exactly than anybody can list.
  content: { 'application/problem+json': { schema: status === 503 ? problem : { allOf: [problem, { properties: { code: { enum: codes } } }] } } },
})
