import type { z } from 'zod'
import type { Problem } from '../../contracts/problem.ts'
import { Refused, type RefusedKind } from '../decider.ts'
import { isUnavailable } from '../unavailable.ts'

export const statusOfKind: Readonly<Record<RefusedKind, number>> = {
  invalid: 400, unauthenticated: 401, forbidden: 403, missing: 404, rule: 409, stale: 412, mismatch: 422, throttled: 429, unavailable: 503,
}
const titles: Readonly<Record<number, string>> = {
  400: 'The request is not valid', 401: 'Not signed in', 403: 'Not permitted', 404: 'Not found', 405: 'Method not allowed',
  408: 'The request took too long', 409: 'A rule says no', 412: 'Changed in the meantime', 413: 'Too large', 415: 'Unsupported media type',
  422: 'The key was used for another request', 429: 'Too many requests', 431: 'Headers too large', 500: 'Unforeseen error', 503: 'A part is down',
}

/** A refusal of the HTTP layer itself, which no domain rule can mean, such as 405, 408, 413, 415 and 431. */
export class HttpRefused extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = 'HttpRefused'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export type FieldError = { path: string; message: string }
const mostErrors = 100
/** Every bad field at once, as the API promises. */
export const invalid = (errors: readonly FieldError[]): Refused => {
  const first = errors.slice(0, 5).map(({ path, message }) => (path ? `${path}: ${message}` : message))
  return new Refused('invalid', 'invalid', first.join('; '), { errors: errors.slice(0, mostErrors) })
}

/** The issues of a schema as fields, the first hundred; each unknown key is named by itself. */
export const fieldErrors = (issues: readonly z.core.$ZodIssue[], prefix: readonly PropertyKey[] = []): FieldError[] =>
  issues.slice(0, mostErrors).flatMap(issue => fieldsOf(issue, prefix)).slice(0, mostErrors)

const fieldsOf = (issue: z.core.$ZodIssue, prefix: readonly PropertyKey[]): FieldError[] => {
  const path = [...prefix, ...issue.path]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, mostErrors).map(key => ({ path: [...path, key].join('.'), message: 'is not a field of this request' }))
  if (issue.code === 'invalid_union' && issue.errors[0]) {
    // The member of the union that came nearest says what is wrong best.
    const nearest = issue.errors.reduce((a, b) => (depth(b) > depth(a) ? b : a))
    if (depth(nearest) > 0) return fieldErrors(nearest, path)
  }
  return [{ path: path.join('.'), message: issue.message }]
}
const depth = (issues: readonly z.core.$ZodIssue[]): number => issues.reduce((most, { path }) => Math.max(most, path.length), 0)

export type ProblemAnswer = { problem: Problem; headers: Record<string, string>; unforeseen: boolean }

/** Any thrown value as problem+json. What nobody foresaw tells the caller nothing but the trace id. */
export const toProblem = (error: unknown, traceId: string): ProblemAnswer => {
  if (error instanceof Refused) return refused(error, traceId)
  if (error instanceof HttpRefused) return { problem: make(error.status, error.code, error.message, traceId), headers: { ...error.headers }, unforeseen: false }
  if (isUnavailable(error)) return refused(new Refused('unavailable', 'dependency-unavailable', 'A part that this needs is down. Try again soon.'), traceId)
  return { problem: make(500, 'unforeseen', 'An unforeseen error. It is logged under the trace id.', traceId), headers: {}, unforeseen: true }
}

/** After how many seconds to come back, where the refusal does not say it. */
const waitOfKind: Readonly<Partial<Record<RefusedKind, number>>> = { unavailable: 2, throttled: 1 }

const refused = ({ kind, code, message, detail }: Refused, traceId: string): ProblemAnswer => {
  const { errors, retryAfter, ...context } = detail
  const problem = make(statusOfKind[kind], code, message, traceId)
  if (Array.isArray(errors)) problem.errors = errors
  if (Object.keys(context).length) problem.context = context
  const wait = typeof retryAfter === 'number' ? Math.max(1, Math.ceil(retryAfter)) : waitOfKind[kind]
  const headers: Record<string, string> = {}
  if (wait !== undefined) headers['Retry-After'] = String(wait)
  if (kind === 'unauthenticated') headers['WWW-Authenticate'] = 'Bearer'
  return { problem, headers, unforeseen: false }
}

const make = (status: number, code: string, detail: string, traceId: string): Problem =>
  ({ type: `urn:cybertask:problem:${code}`, title: titles[status] ?? 'Refused', status, detail, code, traceId })
