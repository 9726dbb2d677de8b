import type { ServiceId } from '../../contracts/define.ts'
import { Problem } from '../../contracts/problem.ts'
import { Refused, refusedKinds, type RefusedKind } from '../decider.ts'
import { statusOfKind } from './problem.ts'

// What is too large or of another type stays so, however often it is sent.
const kindOfStatus = new Map<number, RefusedKind>([[413, 'invalid'], [415, 'invalid'], ...refusedKinds.map(kind => [statusOfKind[kind], kind] as const)])

/** The refusal that another service answered, as if it had been refused here. What is no refusal of a request is an outage. */
export const refusedBy = (service: ServiceId, status: number, body: unknown): Refused => {
  const parsed = Problem.safeParse(body)
  const kind = kindOfStatus.get(status)
  if (!parsed.success || !kind || kind === 'unavailable') {
    return new Refused('unavailable', `${service}-unavailable`, `The ${service} service answered ${status}.`)
  }
  const { code, detail, errors, context } = parsed.data
  // What is still under way there is no last word here either.
  if (code === 'request-in-progress') return new Refused('unavailable', code, detail, { retryAfter: 1 })
  return new Refused(kind, code, detail, { ...context, ...(errors ? { errors } : {}) })
}
