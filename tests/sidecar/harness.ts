import { mkdtempSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Koa from 'koa'
import { removeState } from '../../deploy/local/parts/postgres.ts'
import type { Part } from '../../deploy/local/part.ts'
import { startStack } from '../../deploy/local/stack.ts'
import type { ActorHost } from '../../services/shared/kit/dapr/actor-host.ts'
import { appContract } from '../../services/shared/kit/dapr/app-contract.ts'
import { connectDapr } from '../../services/shared/kit/dapr/connect.ts'
import type { Dapr } from '../../services/shared/kit/dapr/dapr.ts'
import { job } from '../../services/shared/kit/dapr/jobs.ts'

export type Told = { what: 'call' | 'remind' | 'job'; id: string; name: string; data: unknown }
export type Harness = {
  user: Dapr
  told: Told[]
  /** Throws to let a handler fail. */
  onTold: (handle: (told: Told) => void) => void
  sdk: { host: string; port: string; token: string }
  secrets: Readonly<Record<string, string>>
  /** How often the user's sidecar died. */
  deaths(): number
  /** Behind the sidecar of the task service, where else nobody is; gives what closes it. */
  task(answer: RequestListener): Promise<() => Promise<void>>
  taskSidecar: Part
  /** Where other sidecars reach that of the task service. */
  taskSidecarPort: number
  leave(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}
const long = 'x'.repeat(256 * 1024)
const root = resolve(import.meta.dirname, '../..')
const at = 14_200
const prefix = 'sidecar-'

const listening = (server: Server, port: number): Promise<Server> =>
  new Promise((done, fail) => { server.once('error', fail).listen(port, '127.0.0.1', () => { done(server) }) })

/** The user app of this process behind a real sidecar, hosting an actor type and a job. */
export const startHarness = async (): Promise<Harness> => {
  const home = mkdtempSync(join(tmpdir(), 'cybertask-sidecar-'))
  const told: Told[] = []
  let handle: (told: Told) => void = () => {}
  const hear = (one: Told): void => { told.push(one); handle(one) }
  const actor: ActorHost = {
    type: 'UserSaga',
    call: async (id, name, data) => { hear({ what: 'call', id, name, data }); return { heard: data } },
    remind: async (id, name, data) => { hear({ what: 'remind', id, name, data }) },
    deactivate: async () => {},
  }
  const open = (): Promise<Server> => {
    const app = new Koa()
    app.use(async (ctx, next) => {
      if (ctx.path === '/health/live') ctx.body = 'ok'
      else if (ctx.path === '/.well-known/long') ctx.body = long
      else if (ctx.path.startsWith('/.well-known/')) { ctx.status = 418; ctx.body = { path: ctx.path, query: ctx.query } }
      else await next()
    })
    app.use(appContract({ actors: [actor], jobs: [job('tick', async data => { hear({ what: 'job', id: '', name: 'tick', data }) })] }).routes())
    const answer = app.callback()
    const server = createServer((request, response) => { void answer(request, response) })
    return listening(server, 3_001 + at)
  }
  const close = (server: Server) => new Promise<void>(done => { server.closeAllConnections(); server.close(() => { done() }) })
  let server = await open()
  const stack = await startStack({ root, home, offset: at, prefix, services: ['user', 'task'], sidecarsOnly: true })
  const user = connectDapr({ port: 3_501 + at, apiToken: stack.tokens.user.dapr, appIdPrefix: prefix })
  return {
    user, told, secrets: stack.secrets, sdk: { host: '127.0.0.1', port: String(3_501 + at), token: stack.tokens.user.dapr },
    taskSidecar: stack.part('task-sidecar'), taskSidecarPort: 3_522 + at,
    deaths: () => stack.part('user-sidecar').restarts,
    onTold: next => { handle = next },
    task: async answer => {
      const server = await listening(createServer(answer), 3_002 + at)
      return () => close(server)
    },
    leave: () => close(server),
    comeBack: async () => { server = await open() },
    stop: async () => {
      await user.close()
      await stack.stop()
      await close(server)
      removeState(home)
    },
  }
}
