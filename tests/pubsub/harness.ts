import { mkdtempSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Koa from 'koa'
import { removeState } from '../../deploy/local/parts/postgres.ts'
import { startStack } from '../../deploy/local/stack.ts'
import { topic } from '../../services/shared/contracts/define.ts'
import { appContract, type Delivery } from '../../services/shared/kit/dapr/app-contract.ts'
import { connectDapr } from '../../services/shared/kit/dapr/connect.ts'
import type { Dapr } from '../../services/shared/kit/dapr/dapr.ts'

type Sent = { id: string; subject: string } & Record<string, unknown>
export type Harness = {
  publisher: Dapr
  /** Everything that came, in the order in which it came, repeats included. */
  received: Sent[]
  /** Decides what the subscriber answers; a throw is a failed handler. */
  answer: (decide: (event: Sent) => Delivery) => void
  leave(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}
const root = resolve(import.meta.dirname, '../..')
const offset = { redis: 11_000, kafka: 12_000 }

/** Two apps of this process behind real sidecars: task publishes, notification subscribes. */
export const startHarness = async (events: 'redis' | 'kafka', brokers = process.env['KAFKA_BROKERS']): Promise<Harness> => {
  const home = mkdtempSync(join(tmpdir(), `cybertask-${events}-`))
  const at = offset[events]
  const received: Sent[] = []
  let decide: (event: Sent) => Delivery = () => 'SUCCESS'
  const subscriber = {
    topics: [topic('task-events', 'task', [])],
    deliver: async (event: unknown): Promise<Delivery> => {
      const sent = event as Sent
      received.push(sent)
      return decide(sent)
    },
  }
  let servers = [await listen(3_002 + at, []), await listen(3_004 + at, [subscriber])]
  const stack = await startStack({
    root, home, offset: at, prefix: `${events}-`, events, services: ['task', 'notification'], sidecarsOnly: true,
    env: { ...process.env, KAFKA_BROKERS: brokers },
  })
  const publisher = connectDapr({ port: 3_502 + at, apiToken: stack.tokens.task.dapr, appIdPrefix: `${events}-` })
  const close = (server: Server | undefined) => new Promise<void>(done => { server?.closeAllConnections(); server?.close(() => { done() }) })
  return {
    publisher, received,
    answer: next => { decide = next },
    leave: () => close(servers[1]),
    comeBack: async () => { servers = [servers[0]!, await listen(3_004 + at, [subscriber])] },
    stop: async () => {
      await publisher.close()
      await stack.stop()
      await Promise.all(servers.map(close))
      removeState(home)
    },
  }
}

const listen = (port: number, subscribers: NonNullable<Parameters<typeof appContract>[0]['subscribers']>): Promise<Server> => {
  const app = new Koa()
  app.use(async (ctx, next) => { if (ctx.path === '/health/live') ctx.body = 'ok'; else await next() })
  app.use(appContract({ subscribers }).routes())
  const handle = app.callback()
  const server = createServer((request, response) => { void handle(request, response) })
  return new Promise(done => { server.listen(port, '127.0.0.1', () => { done(server) }) })
}
