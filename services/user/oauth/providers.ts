import type { Breaker } from '../../shared/kit/breaker.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Authenticate } from './authenticate.ts'
import { guarded, type GuardedProvider } from './guarded.ts'
import type { ProviderSettings } from './settings.ts'

export type Providers = {
  /** How passport signs in by the provider of this name; a refusal when there is none. */
  find(name: string): Authenticate
  /** One for each provider; none of them keeps the service from being ready. */
  breakers: readonly Breaker[]
}
export type ProviderOptions = {
  publicUrl: string
  /** Hears why a sign-in failed: the browser is told a code only. */
  report?: (failure: { provider: string; reason: string }) => void
  /** How long each request to a provider may take. */
  seconds?: number
}

/** Who else vouches for people. Nothing is loaded or asked before somebody comes that way: most starts never need it. */
export const providers = (settings: ProviderSettings, { publicUrl, report = () => {}, seconds = 5 }: ProviderOptions): Providers => {
  const known = new Map(Object.entries(settings).map(([name, provider]) =>
    [name, guarded(name, provider, `${publicUrl}/api/users/oauth/${name}/callback`, seconds)]))
  let loading: Promise<(provider: GuardedProvider) => Authenticate> | undefined
  const load = () => loading ??= import('./authenticator.ts').then(({ authenticator }) => authenticator())
  return {
    breakers: [...known.values()].map(({ guard }) => guard),
    find: name => {
      const provider = known.get(name)
      if (!provider) throw new Refused('missing', 'provider-unknown', 'There is no such provider here.')
      return async request => {
        const authenticate = (await load())(provider)
        return authenticate(request).catch((error: unknown) => {
          if (error instanceof Refused) report({ provider: name, reason: error.message })
          throw error
        })
      }
    },
  }
}
