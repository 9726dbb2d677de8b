import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { removeState } from '../../deploy/local/parts/postgres.ts'
import { startStack } from '../../deploy/local/stack.ts'
import { crowded } from './unlimited.ts'

declare module 'vitest' {
  interface ProvidedContext {
    gateway: string
    mail: string
    control: string
    services: Record<string, string>
    sidecars: Record<string, string>
    tokens: Record<string, { dapr: string; app: string }>
    home: string
    prefix: string
  }
}
const root = resolve(import.meta.dirname, '../..')
const apps = ['gateway', 'user', 'task', 'project', 'notification', 'analytics', 'ai'] as const

/** One whole stack for all tests of a project, beside a running one; a small control port lets tests stop and kill its parts. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const home = mkdtempSync(join(tmpdir(), 'cybertask-system-'))
  // Sidecars find each other by name on the whole network, so the name says which stack it is.
  const offset = Number(process.env['TEST_PORT_OFFSET'] ?? 10_000)
  const prefix = `test${offset}-`
  const stack = await startStack({ root, home, offset, prefix, env: { ...crowded, TRUSTED_PROXIES: '1' } })
  const control = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const act = async (): Promise<object> => {
      const part = stack.part(url.searchParams.get('part') ?? '')
      if (url.pathname === '/kill') part.kill('SIGKILL')
      if (url.pathname === '/stop') await part.stop()
      if (url.pathname === '/start') await part.start()
      return { state: part.state, pid: part.pid, restarts: part.restarts, log: part.logFile }
    }
    act().then(
      body => { response.end(JSON.stringify(body)) },
      (error: unknown) => { response.statusCode = 500; response.end(JSON.stringify({ error: String(error) })) },
    )
  })
  await new Promise<void>(done => { control.listen(0, '127.0.0.1', done) })
  project.provide('gateway', stack.urls.gateway)
  project.provide('mail', stack.urls.mail)
  project.provide('control', `http://127.0.0.1:${(control.address() as AddressInfo).port}`)
  project.provide('services', Object.fromEntries(apps.map(app => [app, stack.urls.service(app)])))
  project.provide('sidecars', Object.fromEntries(apps.map(app => [app, stack.urls.sidecar(app)])))
  project.provide('tokens', { ...stack.tokens })
  project.provide('home', home)
  project.provide('prefix', prefix)
  return async () => {
    control.close()
    await stack.stop()
    removeState(home)
  }
}
