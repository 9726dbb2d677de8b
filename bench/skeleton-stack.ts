import { spawn, type ChildProcess } from 'node:child_process'
import { join, resolve } from 'node:path'
import { nodeOptions } from '../deploy/local/parts/apps.ts'
import { startStack, type Stack } from '../deploy/local/stack.ts'
import { eventually } from '../tests/support/eventually.ts'
import { openInbox, type Inbox } from './skeleton/inbox.ts'

const root = resolve(import.meta.dirname, '..')
export const skeletonOffset = Number(process.env['BENCH_CONTROL_OFFSET'] ?? 13_000)
const prefix = 'skeleton-'
export const skeleton = { gateway: `http://127.0.0.1:${3_000 + skeletonOffset}`, bare: `http://127.0.0.1:${3_002 + skeletonOffset}` }

export type Skeleton = {
  stack: Stack
  prefix: string
  gateway: string
  bare: string
  store: string
  /** What this process hears behind the sidecars of a subscriber and of a producer. */
  inbox: Inbox
  /** Starts the bare handler anew; resolves with its process. */
  restartHandler(): Promise<ChildProcess>
  handler(): ChildProcess
  stop(): Promise<void>
}

/** A child that ends with this process, however that ends: its channel closes. */
const start = (script: string, env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [join(root, 'bench/skeleton', script)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { NODE_OPTIONS: nodeOptions, ...process.env, ...env },
  })
const answers = (url: string): Promise<boolean> => eventually(async () => (await fetch(url)).ok)
const over = (child: ChildProcess): Promise<void> => child.exitCode !== null || child.signalCode !== null
  ? Promise.resolve()
  : new Promise(done => { child.once('exit', () => { done() }) })

/** The control: the same sidecars, certificates, policies and store as the platform, with a gateway and a handler that do nothing but pass on and insert. */
export const startSkeleton = async (home: string): Promise<Skeleton> => {
  const inbox = await openInbox({ subscriber: 3_004 + skeletonOffset, producer: 3_003 + skeletonOffset })
  const stack = await startStack({ root, home, offset: skeletonOffset, prefix, services: ['gateway', 'task', 'project', 'notification'], sidecarsOnly: true })
  const store = stack.secrets['mongodb-uri'] ?? ''
  const runHandler = (): ChildProcess => start('handler.ts', {
    APP_PORT: String(3_002 + skeletonOffset), MONGODB_URI: store,
    DAPR_HTTP_PORT: String(3_502 + skeletonOffset), DAPR_API_TOKEN: stack.tokens.task.dapr,
  })
  const gateway = start('gateway.ts', {
    APP_PORT: String(3_000 + skeletonOffset), SKELETON_TARGET: `${prefix}task`,
    DAPR_HTTP_PORT: String(3_500 + skeletonOffset), DAPR_API_TOKEN: stack.tokens.gateway.dapr,
  })
  let handler = runHandler()
  const stop = async (): Promise<void> => {
    for (const app of [gateway, handler]) app.kill('SIGKILL')
    await stack.stop()
    await inbox.close()
  }
  try {
    await Promise.all([answers(`${skeleton.gateway}/health`), answers(`${skeleton.bare}/health`)])
    await answers(`${skeleton.gateway}/api/tasks/none`)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    stack, prefix, store, inbox, stop, gateway: skeleton.gateway, bare: skeleton.bare,
    handler: () => handler,
    restartHandler: async () => {
      handler.kill('SIGKILL')
      await over(handler)
      handler = runHandler()
      return handler
    },
  }
}
