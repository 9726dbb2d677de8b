import * as oidc from 'openid-client'
import { z } from 'zod'
import type { Cookies } from '../../shared/kit/http/call.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Settings } from '../deps.ts'
import type { Keyring } from '../identity/keyring.ts'
import { seal, unseal } from '../identity/seal.ts'
import type { Providers } from './providers.ts'

const Started = z.object({ provider: z.string(), state: z.string(), nonce: z.string(), verifier: z.string(), at: z.string() })
const Claims = z.object({ sub: z.string().min(1).max(255), email: z.email().max(254).optional(), email_verified: z.boolean().default(false), name: z.string().trim().min(1).max(100).optional() })
/** Who the provider says it is. The address counts only when the provider has checked it. */
export type Identity = { issuer: string; subject: string; email: string | undefined; name: string | undefined }
const minutes = 10

/** The authorization code flow with PKCE, state and nonce. What must be remembered meanwhile lies sealed in a cookie of the very browser that began. */
export const oauthFlow = ({ providers, keys, clock, settings, publicUrl }: { providers: Providers; keys: Keyring; clock: Clock; settings: Settings; publicUrl: string }) => {
  const cookie = settings.https ? '__Host-cybertask-oauth' : 'cybertask-oauth'
  // Lax, because the way back from the provider is a navigation from another site.
  const keep = (jar: Cookies, value: string | undefined): void => jar.set(cookie, value, { maxAgeSeconds: minutes * 60, path: '/', sameSite: 'lax', secure: settings.https })
  const returnTo = (provider: string): string => `${publicUrl}/api/users/oauth/${provider}/callback`
  const remembered = (jar: Cookies, provider: string): z.infer<typeof Started> => {
    const lost = new Refused('invalid', 'oauth-expired', 'Start again: too much time has passed, or this is another browser.')
    const sealed = jar.get(cookie)
    if (!sealed) throw lost
    try {
      const started = Started.parse(JSON.parse(unseal(keys.key('oauth'), 'oauth', sealed).toString('utf8')))
      if (started.provider === provider && Date.parse(clock.now()) - Date.parse(started.at) < minutes * 60_000) return started
    } catch { /* not a cookie of ours */ }
    throw lost
  }
  return {
    /** Where to send the browser. */
    start: async (provider: string, jar: Cookies): Promise<string> => {
      const { configuration, scope } = await providers.find(provider)
      const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
      keep(jar, seal(keys.key('oauth'), 'oauth', JSON.stringify({ provider, state, nonce, verifier, at: clock.now() })))
      const challenge = await oidc.calculatePKCECodeChallenge(verifier)
      return oidc.buildAuthorizationUrl(configuration, { redirect_uri: returnTo(provider), scope, state, nonce, code_challenge: challenge, code_challenge_method: 'S256' }).href
    },
    finish: async (provider: string, query: Readonly<Record<string, unknown>>, jar: Cookies): Promise<Identity> => {
      const { configuration, issuer } = await providers.find(provider)
      const { state, nonce, verifier } = remembered(jar, provider)
      keep(jar, undefined)
      const back = new URL(returnTo(provider))
      for (const [name, value] of Object.entries(query)) if (typeof value === 'string') back.searchParams.set(name, value)
      const tokens = await oidc.authorizationCodeGrant(configuration, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true })
        .catch((error: unknown) => { throw new Refused('invalid', 'oauth-refused', error instanceof Error ? error.message : 'The provider refused.') })
      const first = Claims.safeParse(tokens.claims())
      if (!first.success) throw new Refused('invalid', 'oauth-refused', 'The provider does not say who it is.')
      // Some issuers tell the address only when they are asked for it.
      const more = first.data.email ? first.data : Claims.safeParse(await oidc.fetchUserInfo(configuration, tokens.access_token, first.data.sub).catch(() => undefined)).data ?? first.data
      return { issuer, subject: first.data.sub, email: more.email_verified ? more.email : undefined, name: more.name ?? first.data.name }
    },
  }
}
