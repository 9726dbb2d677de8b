import type { Context, Middleware } from 'koa'
import type { Verify } from '../../shared/kit/http/auth/auth.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { RouteTable } from '../proxy/route-table.ts'
import { safeSegments } from '../proxy/safe-path.ts'
import { clientIp } from './client-ip.ts'
import { crossOrigin } from './cross-origin.ts'
import { rateLimit, type Budgets } from './rate-limit.ts'
import { securityHeaders } from './security-headers.ts'

export type EdgeOptions = { publicUrl: string; origins: readonly string[]; trustedProxies: number; budgets: Budgets; table: RouteTable; verify: Verify }

/** What every request from outside goes through before anything else. */
export const edge = ({ publicUrl, origins, trustedProxies, budgets, table, verify }: EdgeOptions): Middleware[] => [
  async (ctx, next) => { ctx.state.clientIp = clientIp(ctx.req, trustedProxies); await next() },
  securityHeaders(publicUrl.startsWith('https:')),
  crossOrigin(new Set([new URL(publicUrl).origin, ...origins])),
  fromOutsideOnly(rateLimit({ budgets, isSignIn: isSignIn(table), userOf: userOf(verify) })),
]

// By the operation that it will reach, for a path can be written in many ways.
const isSignIn = (table: RouteTable) => ({ method, path }: Context): boolean => {
  const segments = method === 'GET' ? undefined : safeSegments(path)
  const found = segments && table.match(method, segments)
  if (!found || !('target' in found)) return false
  const { service, operation } = found.target
  return service === 'user' && operation.access === 'public' && operation.method !== 'GET'
}

// The own sidecar delivers events here and must not be throttled; the guard has checked its token.
const fromOutsideOnly = (middleware: Middleware): Middleware => (ctx, next) => (ctx.state.trusted === true ? next() : middleware(ctx, next))

const userOf = (verify: Verify) => async (ctx: Context): Promise<string | undefined> => {
  const token = /^Bearer +(\S+)$/i.exec(ctx.get('authorization'))?.[1]
  if (token === undefined) return undefined
  return verify(token).then(actor => actor.userId, (error: unknown) => {
    // Only the gateway hears at once that a session ended or a role changed; to the services its token is good until it expires.
    // The proxy refuses what needs a token.
    if (error instanceof Refused && (error.code === 'session-ended' || error.code === 'token-outdated')) ctx.state.lapsed = error
    // Any other bad token is the service's to refuse; here it only counts for the address it came from.
    return undefined
  })
}
