import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { removeState } from '../deploy/local/parts/postgres.ts'
import { startStack, type Stack } from '../deploy/local/stack.ts'
import { eventually } from '../tests/support/eventually.ts'
import { unlimited } from '../tests/support/unlimited.ts'
import type { Plan } from './plan.ts'
import { settled } from './settled.ts'
import { startSkeleton, type Skeleton } from './skeleton-stack.ts'
import { newTeam } from './team.ts'

export type Platform = {
  stack: Stack
  gateway: string
  readonly token: string
  projectId: string
  /** With the token as it is now. */
  headers: { readonly authorization: string }
  renew(): Promise<void>
  /** Waits until everything that follows from the commands so far has happened, so that it is on nobody else's time. Milliseconds. */
  settled(): Promise<number>
}
/** What measures measure on. Each stack is started when the first measure asks for it. */
export type World = {
  plan: Plan
  say(text: string): void
  platform(): Promise<Platform>
  skeleton(): Promise<Skeleton>
  /** Waits until what was started answers again: a measure may leave it out of breath. A new token comes with it. */
  calm(): Promise<void>
  /** Remembers what several measures need, such as the most that a side can take. */
  once(key: string, find: () => Promise<number>): Promise<number>
}

const root = resolve(import.meta.dirname, '..')
export const platformOffset = Number(process.env['BENCH_PORT_OFFSET'] ?? 10_000)

const startPlatform = async (home: string, report: (line: string) => void): Promise<Platform> => {
  const stack = await startStack({ root, home, offset: platformOffset, prefix: 'bench-', env: { ...unlimited, LOG_LEVEL: 'warn' }, report })
  const { token, renew, projectId } = await newTeam(stack.urls.gateway)
  return {
    stack, gateway: stack.urls.gateway, projectId, renew,
    get token() { return token() },
    headers: { get authorization() { return `Bearer ${token()}` } },
    settled: () => settled(stack),
  }
}

const CALM_MS = 60_000
const answering = (url: string, headers: Record<string, string>): Promise<boolean> =>
  eventually(async () => (await fetch(url, { headers, signal: AbortSignal.timeout(5_000) })).ok, CALM_MS)

/** A world that begins empty; `close` stops what was started in it, and says which parts of it died on the way. */
export const newWorld = (plan: Plan, say: (text: string) => void): World & { close(): Promise<string[]> } => {
  const home = process.env['BENCH_HOME']
  if (home) mkdirSync(home, { recursive: true })
  const folder = mkdtempSync(join(home ?? tmpdir(), 'cybertask-bench-'))
  const known = new Map<string, Promise<number>>()
  const deaths: string[] = []
  const report = (line: string): void => { deaths.push(line); say(line) }
  let [platform, skeleton]: [Promise<Platform> | undefined, Promise<Skeleton> | undefined] = [undefined, undefined]
  return {
    plan, say,
    platform: () => platform ??= startPlatform(join(folder, 'platform'), report),
    skeleton: () => skeleton ??= startSkeleton(join(folder, 'skeleton')),
    calm: async () => {
      const [ours, control] = await Promise.all([platform?.catch(() => undefined), skeleton?.catch(() => undefined)])
      await ours?.renew()
      if (ours) await answering(`${ours.gateway}/api/tasks?projectId=${ours.projectId}&limit=1`, ours.headers)
      if (control) await answering(`${control.gateway}/api/tasks/none`, {})
    },
    once: (key, find) => {
      const found = known.get(key) ?? find()
      known.set(key, found)
      return found
    },
    close: async () => {
      const results = await Promise.allSettled([platform?.then(p => p.stack.stop()), skeleton?.then(s => s.stop())])
      for (const part of ['platform', 'skeleton']) removeState(join(folder, part))
      rmSync(folder, { recursive: true, force: true })
      return [...deaths, ...results.flatMap(r => r.status === 'rejected' ? [`did not stop: ${String(r.reason)}`] : [])]
    },
  }
}
