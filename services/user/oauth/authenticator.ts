import passport from 'passport'
import type { Strategy } from 'openid-client/passport'
import { Refused } from '../../shared/kit/decider.ts'
import { authenticate, type Authenticate } from './authenticate.ts'
import { github } from './github.ts'
import { openid } from './openid.ts'
import type { GuardedProvider } from './guarded.ts'
import { reasonOf } from './reason.ts'

const strategies: Readonly<Record<GuardedProvider['type'], (provider: GuardedProvider) => Promise<Strategy>>> = { openid, microsoft: openid, github }

/** Passport with the providers' strategies. Each is made when it is first needed (an issuer is then asked for its addresses), and again when that failed. */
export const authenticator = (): (provider: GuardedProvider) => Authenticate => {
  const known = new passport.Passport()
  const made = new Map<string, Promise<void>>()
  const make = async (provider: GuardedProvider): Promise<void> => {
    try { known.use(provider.name, await strategies[provider.type](provider)) } catch (error) {
      made.delete(provider.name)
      throw new Refused('unavailable', 'provider-unavailable', reasonOf(error))
    }
  }
  return provider => async request => {
    const making = made.get(provider.name) ?? make(provider)
    made.set(provider.name, making)
    await making
    return authenticate(known, provider.name)(request)
  }
}
