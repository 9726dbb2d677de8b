import { timingSafeEqual } from 'node:crypto'
import type { Context, Next } from 'koa'
import { appIds, type AppId } from '../../../contracts/define.ts'
import { Refused } from '../../decider.ts'
import { headers } from '../headers.ts'

export type GuardOptions = {
  /** Shared by this process and its sidecar. */
  appToken: string
  /** The gateway: people reach it directly, so only what belongs to the sidecar is guarded. */
  edge?: boolean
}

/** Lets in what came through the own sidecar. Probes may come without it, and on the edge everything that is not for services. */
export const guard = ({ appToken, edge = false }: GuardOptions) => {
  const expected = Buffer.from(appToken)
  return async (ctx: Context, next: Next): Promise<void> => {
    const trusted = same(Buffer.from(ctx.get(headers.appToken)), expected)
    ctx.state.trusted = trusted
    if (!trusted && !isOpen(ctx, edge)) {
      // People who come to the edge need not learn what is behind it.
      if (edge) throw new Refused('missing', 'unknown-path', 'There is nothing at this path.')
      throw new Refused('unauthenticated', 'app-token', 'Calls must come through the sidecar.')
    }
    await next()
  }
}

const same = (given: Buffer, expected: Buffer): boolean => given.length === expected.length && timingSafeEqual(given, expected)
const forSidecar = /^\/(?:dapr|internal|actors|job)(?:\/|$)/i
const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
// A proxy on this machine comes from here, too, and says for whom.
const fromThisMachine = ({ req: { headers, socket } }: Context): boolean =>
  loopback.has(socket.remoteAddress ?? '')
  && headers['x-forwarded-for'] === undefined && headers['forwarded'] === undefined && headers['x-real-ip'] === undefined
const isOpen = (ctx: Context, edge: boolean): boolean => {
  if (ctx.path.startsWith('/health/')) return true
  if (ctx.path === '/metrics') return fromThisMachine(ctx)
  return edge && !forSidecar.test(ctx.path)
}

/** The service that called, as its sidecar says; nothing when the call did not come through ours. */
export const callerOf = (ctx: Context, appIdPrefix = ''): AppId | undefined => {
  const given = ctx.get(headers.callerAppId)
  if (ctx.state.trusted !== true || !given.startsWith(appIdPrefix)) return undefined
  return appIds.find(id => id === given.slice(appIdPrefix.length))
}
