import cors from '@koa/cors'
import type { Middleware } from 'koa'

const exposed = ['ETag', 'Location', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'traceparent', 'Idempotency-Replayed']

/** Lets in browsers from the listed origins, and no others. */
export const crossOrigin = (origins: ReadonlySet<string>): Middleware => {
  const listed = cors({
    origin: ctx => ctx.get('Origin'), credentials: true, maxAge: 600, exposeHeaders: exposed, keepHeadersOnError: true,
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'Idempotency-Key', 'traceparent'],
  })
  return async (ctx, next) => {
    ctx.res.setHeader('Vary', 'Origin')
    await (origins.has(ctx.get('Origin')) ? listed(ctx, next) : next())
  }
}
