import type { RouterContext } from '@koa/router'
import type { z } from 'zod'
import type { AppId } from '../../contracts/define.ts'
import type { Clock } from '../clock.ts'
import type { CommandMeta } from '../command.ts'
import { derivedId, uuidv7 } from '../ids.ts'
import { currentContext } from '../observe/context.ts'
import type { Actor, Call, Cookies } from './call.ts'
import { ifMatchOf } from './etag.ts'
import { headers } from './headers.ts'
import type { Claim } from './idempotency/idempotency.ts'
import type { Input } from './input/input.ts'
import type { KeyedRequest } from './idempotency/keyed-request.ts'
import { networkOf } from './network.ts'
import type { Route } from './serve.ts'

type Known = { input: Input; actor: Actor | undefined; caller: AppId | undefined; token: string | undefined; keyed: KeyedRequest | undefined }

/**
 * Puts one call together for its handler, once the seed of its ids is known.
 * `input` went through the operation's own schemas, which the compiler cannot see from here.
 */
export const callOf = (
  ctx: RouterContext, { operation }: Route, clock: Clock, { input, actor, caller, token, keyed }: Known,
): ((seed?: string, first?: Claim['first']) => Call) => {
  const named = caller && ctx.get(headers.clientIp)
  const ip = named || ctx.ip
  // A service that names no address acts by itself: the connection comes from the own sidecar, which is nobody's network.
  const network = networkOf(named ?? ip)
  const ifMatch = ifMatchOf(operation, ctx.get('if-match') || undefined)
  return (seed, first) => {
    const commandId = keyed?.commandId(seed) ?? uuidv7()
    const work = currentContext()
    const meta: CommandMeta = {
      actor: actor?.userId ?? (operation.access === 'internal' && caller ? `service:${caller}` : 'anonymous'),
      at: clock.now(), correlationId: work?.correlationId ?? commandId, causationId: caller ? ctx.get(headers.causationId) || null : null, commandId,
    }
    if (network !== undefined) meta.ip = network
    if (ifMatch !== undefined) meta.expectedVersion = ifMatch
    let made = 0
    const call = {
      params: input.params, query: input.query, body: input.body, actor, caller, meta, ip,
      first: async (schema: z.ZodType, said: unknown) => (first ? schema.parse(JSON.parse(await first(JSON.stringify(said)))) : said),
      newId: keyed ? () => derivedId(commandId, made++) : () => uuidv7(),
      userAgent: ctx.get('user-agent').slice(0, 300), traceId: work?.traceId ?? '', cookies: cookiesOf(ctx),
      ...(ifMatch === undefined ? {} : { ifMatch }), ...(token === undefined ? {} : { token }),
    }
    return call as Call
  }
}

const cookiesOf = (ctx: RouterContext): Cookies => ({
  get: name => ctx.cookies.get(name),
  set: (name, value, { maxAgeSeconds, path = '/', sameSite = 'strict', secure = false } = {}) => {
    // Behind a sidecar the connection is plain; the edge decides about TLS, so `secure` is the caller's word.
    ctx.cookies.secure = true
    ctx.cookies.set(name, value ?? null, {
      httpOnly: true, path, sameSite, secure, overwrite: true, ...(maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds * 1000 }),
    })
  },
})
