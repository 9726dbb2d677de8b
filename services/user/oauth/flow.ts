import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Cookies } from '../../shared/kit/http/call.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Settings } from '../deps.ts'
import type { Keyring } from '../identity/keyring.ts'
import { seal, unseal } from '../identity/seal.ts'
import type { Identity } from './identity.ts'
import type { Providers } from './providers.ts'

const Started = z.object({ provider: z.string(), state: z.string(), session: z.record(z.string(), z.unknown()), at: z.string() })
type Session = z.infer<typeof Started>['session']
const minutes = 10
/** Each way there and back has a cookie, so that two tabs do not take it from each other; but a browser gets sixteen at most. */
const slotOf = (state: string): string => createHash('sha256').update(state).digest('hex').slice(0, 1)
type Deps = { providers: Providers; keys: Keyring; clock: Clock; settings: Settings; publicUrl: string }

/** Signing in by another provider, there and back. What the strategy must remember meanwhile lies sealed in a cookie of the very browser that began. */
export const oauthFlow = ({ providers, keys, clock, settings, publicUrl }: Deps) => {
  const cookieOf = (state: string): string => `${settings.https ? '__Host-' : ''}cybertask-oauth-${slotOf(state)}`
  // Lax, because the way back from the provider is a navigation from another site.
  const keep = (jar: Cookies, state: string, value: string | undefined): void =>
    jar.set(cookieOf(state), value, { maxAgeSeconds: minutes * 60, path: '/', sameSite: 'lax', secure: settings.https })
  const at = (provider: string): string => `${publicUrl}/api/users/oauth/${provider}`
  const remembered = (jar: Cookies, provider: string, state: string): Session => {
    const lost = new Refused('invalid', 'oauth-expired', 'Start again: too much time has passed, or this is another browser.')
    const sealed = jar.get(cookieOf(state))
    if (!sealed) throw lost
    try {
      const started = Started.parse(JSON.parse(unseal(keys.key('oauth'), 'oauth', sealed).toString('utf8')))
      if (started.provider === provider && started.state === state && clock.epochMs() - Date.parse(started.at) < minutes * 60_000) return started.session
    } catch { /* not a cookie of ours */ }
    throw lost
  }
  return {
    /** Where to send the browser. */
    start: async (provider: string, jar: Cookies): Promise<string> => {
      const session: Session = {}
      const decision = await providers.find(provider)({ method: 'GET', url: at(provider), session })
      if (!('redirect' in decision)) throw new Error('Nobody can have come back before he went.')
      const state = new URL(decision.redirect).searchParams.get('state') ?? ''
      keep(jar, state, seal(keys.key('oauth'), 'oauth', JSON.stringify({ provider, state, session, at: clock.now() })))
      return decision.redirect
    },
    /** Who came back. */
    finish: async (provider: string, query: Readonly<Record<string, unknown>>, jar: Cookies): Promise<Identity> => {
      const authenticate = providers.find(provider)
      const state = typeof query['state'] === 'string' ? query['state'] : ''
      const session = remembered(jar, provider, state)
      keep(jar, state, undefined)
      const back = new URL(`${at(provider)}/callback`)
      for (const [name, value] of Object.entries(query)) if (typeof value === 'string') back.searchParams.set(name, value)
      const decision = await authenticate({ method: 'GET', url: back.href, session })
      if (!('identity' in decision)) throw new Error('Who came back is not sent away again.')
      return decision.identity
    },
  }
}
