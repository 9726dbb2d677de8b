import { createServer, type Server } from 'node:http'
import Koa, { type Context } from 'koa'
import { projectEvents } from '../../services/shared/contracts/project/events.ts'
import { taskEvents } from '../../services/shared/contracts/task/events.ts'
import { appContract, type Delivery } from '../../services/shared/kit/dapr/app-contract.ts'

export type Deliver = (event: unknown, topic: string) => Promise<Delivery>
export type Inbox = {
  /** Who gets the events of this topic; until somebody does they are acknowledged at once. */
  on(topic: string, deliver: Deliver | undefined): void
  /** Answers what is asked of the producer. */
  answer(handler: ((ctx: Context) => unknown) | undefined): void
  close(): Promise<void>
}

const listen = async (port: number, app: Koa): Promise<Server> => {
  const handle = app.callback()
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => { void handle(request, response) })
  await new Promise<void>((done, fail) => { server.once('error', fail).listen(port, '127.0.0.1', () => { done() }) })
  return server
}
const healthy = (app: Koa): Koa => {
  app.use(async (ctx, next) => { if (ctx.path === '/health/live') ctx.body = 'ok'; else await next() })
  return app
}

/** Two apps of this process behind sidecars of the skeleton: a subscriber of two topics, and a producer that can be asked for what the broker lost. */
export const openInbox = async (ports: { subscriber: number; producer: number }): Promise<Inbox> => {
  const handlers = new Map<string, Deliver>()
  let ask: ((ctx: Context) => unknown) | undefined
  const deliver: Deliver = async (event, topic) => handlers.get(topic)?.(event, topic) ?? 'SUCCESS'
  const subscriber = healthy(new Koa())
  subscriber.use(appContract({ subscribers: [{ topics: [taskEvents, projectEvents], gatherMs: 4, paceMs: 0, deliver }] }).routes())
  const producer = healthy(new Koa())
  producer.use(async ctx => { ctx.body = await ask?.(ctx) ?? {} })
  const servers = await Promise.all([listen(ports.subscriber, subscriber), listen(ports.producer, producer)])
  return {
    on: (topic, handler) => { if (handler) handlers.set(topic, handler); else handlers.delete(topic) },
    answer: handler => { ask = handler },
    close: async () => {
      await Promise.all(servers.map(server => new Promise<void>(done => {
        server.closeAllConnections()
        server.close(() => { done() })
      })))
    },
  }
}
