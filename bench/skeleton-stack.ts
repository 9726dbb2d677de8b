import { spawn, type ChildProcess } from 'node:child_process'
import { join, resolve } from 'node:path'
import { startStack, type Stack } from '../deploy/local/stack.ts'
import { eventually } from '../tests/support/eventually.ts'

const root = resolve(import.meta.dirname, '..')
const offset = 13_000
export const skeleton = { gateway: `http://127.0.0.1:${3_000 + offset}`, bare: `http://127.0.0.1:${3_002 + offset}` }

/** The control: the same sidecars, certificates, policies and store as the platform, with a gateway and a handler that do nothing but pass on and insert. */
export const startSkeleton = async (home: string): Promise<{ stack: Stack; stop(): Promise<void> }> => {
  const apps: ChildProcess[] = []
  const run = (script: string, env: Record<string, string>): void => {
    apps.push(spawn(process.execPath, [join(root, 'bench/skeleton', script)], { stdio: 'inherit', env: { ...process.env, ...env } }))
  }
  const stack = await startStack({ root, home, offset, prefix: 'skeleton-', services: ['gateway', 'task'], sidecarsOnly: true })
  run('handler.ts', { APP_PORT: String(3_002 + offset), MONGODB_URI: stack.secrets['mongodb-uri'] ?? '' })
  run('gateway.ts', { APP_PORT: String(3_000 + offset), DAPR_HTTP_PORT: String(3_500 + offset), DAPR_API_TOKEN: stack.tokens.gateway.dapr, SKELETON_TARGET: 'skeleton-task' })
  const answers = (url: string) => eventually(async () => (await fetch(url)).ok)
  await Promise.all([answers(`${skeleton.gateway}/health`), answers(`${skeleton.bare}/health`)])
  await answers(`${skeleton.gateway}/api/tasks/none`)
  return {
    stack,
    stop: async () => {
      for (const app of apps) app.kill('SIGKILL')
      await stack.stop()
    },
  }
}
