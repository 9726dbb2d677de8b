import * as oidc from 'openid-client'
import { ZodError } from 'zod'
import { Refused } from '../../shared/kit/decider.ts'
import { causesOf, reasonOf } from './reason.ts'

const outageOf = (error: unknown): Refused | undefined => {
  const causes = causesOf(error)
  const late = causes.some(({ name }) => name === 'TimeoutError') ? new Refused('unavailable', 'provider-unavailable', reasonOf(error)) : undefined
  return causes.find(cause => cause instanceof Refused) ?? late
}
const protocol = [oidc.ClientError, oidc.AuthorizationResponseError, oidc.ResponseBodyError, oidc.WWWAuthenticateChallengeError, ZodError]

/** What went wrong between us and the provider, as a refusal; a fault of our own stays what it is. */
export const refusalOf = (error: unknown): unknown =>
  outageOf(error) ?? (protocol.some(kind => error instanceof kind) ? new Refused('invalid', 'oauth-refused', reasonOf(error)) : error)

/** For what may be missing: a refusal counts as nothing said, an outage does not. */
export const unlessAway = (error: unknown): undefined => {
  const outage = outageOf(error)
  if (outage) throw outage
}
