import type { CustomFetch } from 'openid-client'
import { breaker, type Breaker } from '../../shared/kit/breaker.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { reasonOf } from './reason.ts'
import type { Provider } from './settings.ts'

/** A provider with the way back to us, its HTTP behind a breaker, and how long each request may take. */
export type GuardedProvider = Provider & { name: string; callbackUrl: string; fetch: CustomFetch; seconds: number; guard: Breaker }

/** Whoever does not answer, or answers that it cannot, is away; when that goes on he is not asked for a while. */
export const guarded = (name: string, provider: Provider, callbackUrl: string, seconds: number): GuardedProvider => {
  const guard = breaker({ name: `oauth-${name}`, timeoutMs: Infinity })
  const asked: CustomFetch = async (url, options) => {
    const answer = await fetch(url, { ...options, body: options.body ?? null })
    if (answer.status >= 500) throw new Error(`The provider answers ${answer.status}.`)
    return answer
  }
  const away = (error: unknown): never => { throw new Refused('unavailable', 'provider-unavailable', reasonOf(error)) }
  return { ...provider, name, callbackUrl, seconds, guard, fetch: (url, options) => guard.run(() => asked(url, options)).catch(away) }
}
