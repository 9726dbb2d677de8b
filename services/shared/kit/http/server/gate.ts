import type { Middleware } from 'koa'
import { Refused } from '../../decider.ts'

const sidecarPatienceMs = 60_000

/** Lets the process listen before it is ready: the sidecar's own questions wait, other requests are told to come back. */
export type Gate = {
  /** Routes from now on. */
  open(handler: Middleware): void
  /** Refuses new requests; those under way go on. */
  close(): void
  readonly state: 'starting' | 'ready' | 'stopping'
  handler: Middleware
}

/** A gate that is closed until `open`: with 503 `starting` to people, while the sidecar's questions are held for up to a minute. */
export const gate = (): Gate => {
  let handler: Middleware | undefined
  let state: Gate['state'] = 'starting'
  const opened = Promise.withResolvers<void>()
  return {
    get state() { return state },
    open: next => { handler = next; state = 'ready'; opened.resolve() },
    close: () => { state = 'stopping' },
    handler: async (ctx, next) => {
      // Dapr asks for routes once, when the port opens; an early 503 would leave the process without subscriptions.
      if (!handler && ctx.path.startsWith('/dapr/')) {
        await Promise.race([opened.promise, new Promise(resolve => { setTimeout(resolve, sidecarPatienceMs).unref() })])
      }
      if (!handler) throw new Refused('unavailable', 'starting', 'The service is starting.', { retryAfter: 1 })
      await handler(ctx, next)
    },
  }
}
