import { z } from 'zod'

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

/** The codes that any operation may answer beside its own, by status. */
export const generalProblems: Readonly<Record<number, readonly string[]>> = {
  400: ['invalid', 'malformed-json', 'bad-cursor', 'bad-if-match', 'bad-idempotency-key'],
  401: ['token-missing', 'token-invalid', 'token-expired', 'session-ended'],
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
  503: ['dependency-unavailable'],
}
