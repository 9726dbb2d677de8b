import type passport from 'passport'
import { z } from 'zod'
import { Refused } from '../../shared/kit/decider.ts'
import { Identity } from './identity.ts'
import { refusalOf } from './refusal.ts'

/** As much of a request as the strategies read. What they remember until the way back, they keep in the session. */
export type SignInRequest = { method: 'GET'; url: string; session: Record<string, unknown> }
/** The browser goes to the provider, or somebody came back from it. */
export type Decision = { redirect: string } | { identity: Identity }
export type Authenticate = (request: SignInRequest) => Promise<Decision>

const Why = z.object({ message: z.string() }).catch({ message: 'The provider refused.' })

/**
 * Runs passport on a call of the kit: any request and response will do that have what its strategies use, and the decision comes back as a value.
 * koa-passport would pin an older passport, and put stand-ins for Express around a context that handlers here never see.
 */
export const authenticate = (authenticator: passport.Authenticator, name: string): Authenticate => request => new Promise((resolve, reject) => {
  const response = { setHeader: (header: string, value: string) => { if (header === 'Location') resolve({ redirect: value }) }, end: () => {} }
  const decided = (error: unknown, user?: unknown, why?: unknown): void => {
    if (error) reject(refusalOf(error))
    else if (user) resolve({ identity: Identity.parse(user) })
    else reject(new Refused('invalid', 'oauth-refused', Why.parse(why).message))
  }
  authenticator.authenticate(name, { session: false }, decided)(request, response, decided)
})
