import Router from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import type { ActorHost } from './actor-host.ts'
import { rawJson } from './raw-json.ts'

const Fired = z.object({ data: z.unknown().optional() })
type Run = (host: ActorHost, ctx: Context & { params: Record<string, string> }) => Promise<unknown>

/** The actor part of Dapr's app contract. Timers are refused: they lose their callback after a rebalance (dapr issue 10088); use reminders. */
export const actorRoutes = (actors: readonly ActorHost[], onError: (error: unknown, where: string) => void): Router => {
  const router = new Router()
  const hosts = new Map(actors.map(a => [a.type, a]))
  const route = (method: 'put' | 'delete', path: string, run: Run): void => {
    router[method](path, async ctx => {
      const host = hosts.get(ctx.params['type'] ?? '')
      if (!host) { ctx.status = 404; return }
      try {
        const answer = await run(host, ctx)
        ctx.status = 200
        ctx.body = answer === undefined ? '' : JSON.stringify(answer)
        if (answer !== undefined) ctx.type = 'application/json'
      } catch (error) {
        onError(error, `actor ${host.type} ${ctx.params['method'] ?? ''}`)
        ctx.status = 500
        ctx.body = { message: error instanceof Error ? error.message : 'the actor failed' }
      }
    })
  }
  route('put', '/actors/:type/:id/method/remind/:method', async (host, { params, req }) => {
    const fired = Fired.parse(await rawJson(req))
    await host.remind(params['id']!, params['method']!, fired.data)
  })
  route('put', '/actors/:type/:id/method/timer/:method', async () => { throw new Error('timers are not used') })
  route('put', '/actors/:type/:id/method/:method', async (host, { params, req }) => host.call(params['id']!, params['method']!, await rawJson(req)))
  route('delete', '/actors/:type/:id', async (host, { params }) => host.deactivate(params['id']!))
  return router
}
