import { neverArrived, sidecarProblem } from '../../shared/kit/dapr/replies.ts'
import type { Exchanged } from './exchange.ts'
import type { Operation, ServiceId } from '../../shared/contracts/define.ts'
import { Refused } from '../../shared/kit/decider.ts'

export const serviceDown = (service: ServiceId, code: 'dependency-unavailable' | 'dependency-timeout' = 'dependency-unavailable'): Refused => {
  const late = code === 'dependency-timeout'
  const detail = `The ${service} service ${late ? 'takes too long' : 'cannot be reached'}. Try again soon.`
  return new Refused('unavailable', code, detail, { service, retryAfter: late ? 5 : 2 })
}

/** A refusal in a service's own words is problem+json; JSON of another kind with an error status may be the sidecar's. */
export const maybeSidecar = (status: number, contentType: string | string[] | undefined): boolean =>
  status >= 400 && (contentType === undefined || !String(contentType).startsWith('application/problem+json'))

/** Turns an error status that no service gave into a refusal the caller understands. Undefined: it is a service's own answer after all. */
export const refusalOfSidecar = (service: ServiceId, status: number, contentType: string | string[] | undefined, text: string): Refused | undefined => {
  if (sidecarProblem({ status, text, headers: { 'content-type': String(contentType ?? '') } })) return serviceDown(service)
  // Without JSON there is no service behind it: a proxy or a breaking connection speaks.
  return status >= 500 ? serviceDown(service) : undefined
}

/** Whether the service can have looked at a request that was answered so. */
export const arrived = ({ statusCode, headers, body }: Exchanged): boolean => {
  if (statusCode < 500 || !Buffer.isBuffer(body)) return true
  return !neverArrived({ status: statusCode, text: body.toString(), headers: { 'content-type': String(headers['content-type'] ?? '') } })
}

/**
 * A success that the contract does not promise: when the connection to a service breaks, sidecars can answer 200 with nothing in it
 * (Dapr 1.18.2). Nobody may take that for done.
 */
export const isUndocumentedSuccess = ({ status, also, reply, produces }: Operation, answered: number, contentType: string | string[] | undefined): boolean =>
  answered < 300 && ((answered !== status && answered !== also) || (contentType === undefined && (reply ?? produces) !== undefined))
