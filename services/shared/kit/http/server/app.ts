import type Router from '@koa/router'
import Koa, { type Context, type Middleware, type Next } from 'koa'
import { observeRequests, type ObserveRequestsDeps } from './observe-requests.ts'

/** A Koa application of these parts, in this order. */
export const createApp = (deps: ObserveRequestsDeps, parts: readonly Middleware[]): Koa => {
  const app = new Koa({ proxy: false })
  app.use(observeRequests(deps))
  for (const part of parts) app.use(part)
  // Koa reports here what breaks after the answer began (a stream, a socket); the request's own errors were answered above.
  app.on('error', (error: unknown, ctx?: Context) => { deps.logger.warn({ error, path: ctx?.path }, 'the answer broke off') })
  return app
}

/** Middlewares, one after the other, as one. */
export const chained = (...parts: readonly Middleware[]): Middleware => (ctx: Context, next: Next) => {
  const step = (at: number): Promise<unknown> => Promise.resolve(parts[at] ? parts[at](ctx, () => step(at + 1)) : next())
  return step(0)
}

/** Routers, one after the other, as one middleware. */
export const routed = (...routers: readonly Router[]): Middleware => {
  const chain = new Koa()
  for (const router of routers) chain.use(router.routes())
  return chained(...chain.middleware)
}
