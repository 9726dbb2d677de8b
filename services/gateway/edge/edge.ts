import type { Context, Middleware } from 'koa'
import { userApi } from '../../shared/contracts/user/http.ts'
import type { Operation } from '../../shared/contracts/define.ts'
import type { Verify } from '../../shared/kit/http/auth.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { clientIp } from './client-ip.ts'
import { crossOrigin } from './cross-origin.ts'
import { rateLimit, type RateLimits } from './rate-limit.ts'
import { securityHeaders } from './security-headers.ts'

export type EdgeOptions = { publicUrl: string; origins: readonly string[]; trustedProxies: number; limits: RateLimits; verify: Verify }

/** What every request from outside goes through before anything else. */
export const edge = ({ publicUrl, origins, trustedProxies, limits, verify }: EdgeOptions): Middleware[] => [
  async (ctx, next) => { ctx.state.clientIp = clientIp(ctx.req, trustedProxies); await next() },
  securityHeaders(publicUrl.startsWith('https:')),
  crossOrigin(new Set([new URL(publicUrl).origin, ...origins])),
  fromOutsideOnly(rateLimit({ limits, isSignIn: ctx => signInPaths.has(`${ctx.method} ${ctx.path}`), userOf: userOf(verify) })),
]

const operations: readonly Operation[] = Object.values(userApi)
const signInPaths = new Set(operations.filter(o => o.access === 'public' && o.method !== 'GET').map(o => `${o.method} ${o.path}`))

// The own sidecar delivers events here and must not be throttled; the guard has checked its token.
const fromOutsideOnly = (middleware: Middleware): Middleware => (ctx, next) => (ctx.state.trusted === true ? next() : middleware(ctx, next))

const userOf = (verify: Verify) => async (ctx: Context): Promise<string | undefined> => {
  const token = /^Bearer +(\S+)$/i.exec(ctx.get('authorization'))?.[1]
  if (token === undefined) return undefined
  return verify(token).then(actor => actor.userId, (error: unknown) => {
    // Only the gateway hears at once that a session ended or a role changed; to the services its token is good until it expires. The proxy refuses what needs a token.
    if (error instanceof Refused && (error.code === 'session-ended' || error.code === 'token-outdated')) ctx.state.lapsed = error
    // Any other bad token is the service's to refuse; here it only counts for the address it came from.
    return undefined
  })
}
