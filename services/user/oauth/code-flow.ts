import * as oidc from 'openid-client'
import { Strategy } from 'openid-client/passport'
import type { GuardedProvider } from './guarded.ts'
import type { Identity } from './identity.ts'

export type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers

/** How a provider is reached: within its time limit, through its breaker, and by plain http on this machine only. */
export const connection = ({ issuer, fetch, seconds }: GuardedProvider) =>
  ({ timeout: seconds, [oidc.customFetch]: fetch, execute: /^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(issuer) ? [oidc.allowInsecureRequests] : [] })

/**
 * The authorization code flow as a passport strategy. PKCE is the strategy's own; the state is always sent beside it,
 * and a nonce where there is an id token to hold it.
 * The path decides whether the flow begins or ends: a way back without a code is a refusal, no new beginning.
 */
export const codeFlow = (
  { callbackUrl, scope }: GuardedProvider, config: oidc.Configuration, idToken: boolean, identify: (tokens: Tokens) => Promise<Identity>,
): Strategy => {
  const strategy = new Strategy({ config, scope, callbackURL: callbackUrl, sessionKey: 'flow' }, (tokens, done) => {
    identify(tokens).then(identity => { done(null, identity) }, done)
  })
  return Object.assign(strategy, {
    authorizationRequestParams: () => ({ state: oidc.randomState(), ...(idToken && { nonce: oidc.randomNonce() }) }),
    currentUrl: ({ url }: { url: string }) => new URL(url),
    shouldInitiateAuthRequest: (_: unknown, { pathname }: URL) => pathname !== new URL(callbackUrl).pathname,
  })
}
