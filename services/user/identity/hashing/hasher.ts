import { fork, type ChildProcess } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { z } from 'zod'
import { Refused } from '../../../shared/kit/decider.ts'
import { shortLivedMap } from '../../../shared/kit/short-lived.ts'
import type { HashCost } from './job.ts'

const Done = z.union([z.object({ id: z.number(), value: z.union([z.string(), z.boolean()]) }), z.object({ id: z.number(), error: z.string() })])
type Value = string | boolean

/** Starts the hashing process. On Linux in a session of its own, which is what the processor is shared by; it gets none of our environment. */
export const startHashing = (atOnce: number): ChildProcess => {
  const cache = getCompileCacheDir()
  return fork(new URL('process.ts', import.meta.url), {
    detached: process.platform === 'linux', stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [],
    env: { UV_THREADPOOL_SIZE: String(atOnce), ...(cache !== undefined && { NODE_COMPILE_CACHE: dirname(cache) }) },
  })
}

export type Hasher = { hash(password: string, cost: HashCost): Promise<string>; verify(stored: string, password: string): Promise<boolean> }

/**
 * Hashes in a process that is there while it is needed: started by the first job, ended when there was none for a while.
 * If it dies its jobs are refused, and the next one starts another.
 */
export const hasher = (start: () => ChildProcess, idleMs = 60_000): Hasher => {
  const jobs = shortLivedMap<number, PromiseWithResolvers<Value>>()
  let running: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let asked = 0

  const rest = (): void => {
    running?.disconnect()
    running = undefined
  }
  const settle = (message: unknown): void => {
    const done = Done.parse(message)
    const job = jobs.get(done.id)
    jobs.delete(done.id)
    if ('error' in done) job?.reject(new Error(done.error))
    else job?.resolve(done.value)
    if (jobs.size === 0) idle = setTimeout(rest, idleMs).unref()
  }
  const open = (): ChildProcess => {
    const opened = start()
    const gone = (): void => {
      // One that was sent to rest has no jobs; those there are belong to the next.
      if (running !== opened) return
      running = undefined
      for (const job of jobs.values()) job.reject(new Refused('unavailable', 'dependency-unavailable', 'The password could not be looked at. Try again soon.'))
      jobs.clear()
    }
    opened.on('message', settle).on('error', gone).on('exit', gone)
    opened.unref()
    opened.channel?.unref()
    return opened
  }
  const run = (job: { password: string; cost: HashCost } | { password: string; stored: string }): Promise<Value> => {
    clearTimeout(idle)
    running ??= open()
    const id = asked++
    const done = Promise.withResolvers<Value>()
    jobs.set(id, done)
    // What cannot be sent any more is refused when its end is heard of.
    running.send({ ...job, id }, () => {})
    return done.promise
  }
  return {
    hash: async (password, cost) => String(await run({ password, cost })),
    verify: async (stored, password) => await run({ stored, password }) === true,
  }
}
