import Router, { type RouterContext } from '@koa/router'
import type { Clock } from '../clock.ts'
import type { AppId, Operation } from '../../contracts/define.ts'
import { Refused } from '../decider.ts'
import type { Answer } from './call.ts'
import { defaultBodyLimit, readJson, sidecarBodyLimit } from './input/body.ts'
import { callOf } from './call-of.ts'
import { canBeKnown, etagOf, isKnown } from './etag.ts'
import { idempotently, type IdempotencyStore, type ReplyCookies } from './idempotency/idempotency.ts'
import { inputParser } from './input/input.ts'
import { keyedRequest } from './idempotency/keyed-request.ts'
import { watchRefusals, type OnUndocumentedRefusal } from './watch-refusals.ts'
import type { Route, Routes } from './serve.ts'
import type { Verify } from './auth/auth.ts'

export type MountDeps = {
  clock: Clock
  verify: Verify
  idempotency: IdempotencyStore
  /** Which service called through its sidecar, or undefined when nobody did. */
  callerOf: (ctx: RouterContext) => AppId | undefined
  /** Refuses at once while a part is down that every operation needs. */
  admit?: (operation: Operation) => void
  onUndocumentedRefusal?: OnUndocumentedRefusal
}

/** All operations on one Koa router; fixed paths come before those with parameters. */
export const mount = (routes: Routes, deps: MountDeps): Router => {
  const router = new Router()
  for (const route of routes.toSorted((a, b) => rank(a.operation.path) < rank(b.operation.path) ? -1 : 1)) {
    router.register(route.operation.path, [route.operation.method], watched(route, deps))
  }
  return router
}
const rank = (path: string): string => path.split('/').map(part => (part.startsWith(':') ? '~' : part)).join('/')

const watched = (route: Route, deps: MountDeps) => {
  const handler = handlerOf(route, deps)
  return deps.onUndocumentedRefusal ? watchRefusals(route, handler, deps.onUndocumentedRefusal) : handler
}

const handlerOf = (route: Route, deps: MountDeps) => {
  const { operation } = route
  const parse = inputParser(operation)
  const reply = replyCheck(operation)
  const fits = (body: unknown): boolean => operation.produces !== undefined || (operation.reply?.safeParse(body).success ?? true)
  const takesBody = operation.method !== 'GET'
  // What a saga sends is made of what people sent, and longer: with ids for their keys.
  const bodyLimit = operation.bodyLimit ?? (operation.access === 'internal' ? sidecarBodyLimit : defaultBodyLimit)
  return async (ctx: RouterContext): Promise<void> => {
    // Read by `observeRequests` for the log line and the measurement.
    ctx.state.operation = route.name
    deps.admit?.(operation)
    const caller = deps.callerOf(ctx)
    demandCaller(operation, caller)
    const token = bearerOf(ctx.get('authorization'))
    const actor = operation.access === 'user' ? await deps.verify(token) : undefined
    const { value, text } = takesBody ? await readJson(ctx.req, bodyLimit) : { value: undefined, text: '' }
    const input = parse({ params: ctx.params, query: ctx.query, body: value })
    const keyed = keyedRequest(ctx, route, { actor, caller, token, text }, deps.idempotency.conceal)
    const call = callOf(ctx, route, deps.clock, { input, actor, caller, token, keyed })
    const answer = keyed
      ? await idempotently(deps.idempotency, keyed, replyCookiesOf(ctx), { fits, run: async (seed, first) => route.run(call(seed, first)) })
      : await route.run(call())
    send(ctx, operation, answer, reply)
  }
}

const replyCookiesOf = (ctx: RouterContext): ReplyCookies => ({
  cookies: () => [ctx.res.getHeader('set-cookie') ?? []].flat().map(String),
  replay: cookies => {
    ctx.set('Idempotency-Replayed', 'true')
    if (cookies.length) ctx.set('Set-Cookie', [...cookies])
  },
})

// Dapr's access control speaks of whole branches of paths; here each operation is held to its own list. People come through the gateway.
const demandCaller = ({ access, callers = [] }: Operation, caller: AppId | undefined): void => {
  if (caller === undefined && access === 'internal') throw new Refused('unauthenticated', 'caller-unknown', 'This operation is for services only.')
  const listed = caller === undefined || callers.includes(caller) || (access !== 'internal' && caller === 'gateway')
  if (!listed) throw new Refused('forbidden', 'caller-forbidden', 'This service may not call this operation.')
}
const bearerOf = (header: string): string | undefined => /^Bearer +(\S+)$/i.exec(header)?.[1]

type ReplyCheck = (body: unknown) => unknown
/** Parses what leaves, so that a field the contract does not name cannot leak. */
const replyCheck = ({ reply, produces }: Operation): ReplyCheck => {
  if (produces !== undefined) return body => body
  return reply ? body => reply.parse(body) : () => null
}

/** A single object that carries its version. */
const versionIn = (body: unknown): number | undefined =>
  typeof body === 'object' && body !== null && 'version' in body && typeof body.version === 'number' ? body.version : undefined

const send = (ctx: RouterContext, operation: Operation, answer: Answer, check: ReplyCheck): void => {
  const { status, produces } = operation
  // What one person may read is kept for nobody: a browser may be shared, and sends what it keeps to be confirmed for the next one, too.
  if (operation.access === 'user') ctx.set('Cache-Control', 'no-store')
  if (answer.headers) ctx.set(answer.headers)
  const body = check(answer.body)
  const version = answer.version ?? versionIn(body)
  if (version !== undefined) {
    ctx.set('ETag', etagOf(version))
    if (canBeKnown(operation) && isKnown(ctx.get('if-none-match') || undefined, version)) { ctx.status = 304; return }
  }
  ctx.body = body
  // After the body: Koa makes a 204 of every answer without one, and a redirect has none.
  ctx.status = answer.status ?? status
  if (body !== null && produces !== undefined && !answer.headers?.['Content-Type']) ctx.type = produces
}
