import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/**
 * What a test wants of a process: to die the n-th time from now that it passes a point (`store.append.after`),
 * or to start with a clock that is wrong. An order without a point calls off the one before.
 */
export const FaultOrder = z.strictObject({ point: z.string().optional(), pass: z.number().int().min(1).default(1), clockOffsetMs: z.number().default(0) })
export type FaultOrder = z.input<typeof FaultOrder>

const LOOK_MS = 50
let watched = false
let looking: NodeJS.Timeout | undefined
let armed: { point: string; left: number } | undefined

/** An order is carried out once: it is taken away, so that the next start is a sound one. */
const take = (file: string): { clockOffsetMs: number } | undefined => {
  try {
    const { point, pass, clockOffsetMs } = FaultOrder.parse(JSON.parse(readFileSync(file, 'utf8')))
    rmSync(file)
    armed = point === undefined ? undefined : { point, left: pass }
    return { clockOffsetMs }
  } catch {
    return undefined
  }
}

/** Reads the order that lies in the folder for this service, now and whenever a new one is laid there. Without a folder nothing is ever armed. */
export const armFaults = (folder: string | undefined, service: string): { clockOffsetMs: number } => {
  clearInterval(looking)
  armed = undefined
  watched = folder !== undefined
  if (folder === undefined) return { clockOffsetMs: 0 }
  const file = join(folder, `${service}.json`)
  looking = setInterval(() => { take(file) }, LOOK_MS).unref()
  return take(file) ?? { clockOffsetMs: 0 }
}

const pass = (point: string): void => {
  if (armed?.point === point && --armed.left === 0) process.kill(process.pid, 'SIGKILL')
}
const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise

/**
 * A port (store, sidecar) with a point before and after each of its calls: `<name>.<call>.before` and `.after`.
 * The port itself where nobody may arm anything.
 */
export const withFaultPoints = <T extends object>(name: string, port: T): T => {
  if (!watched) return port
  return new Proxy(port, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key)
      const at = `${name}.${String(key)}`
      if (typeof value === 'object' && value !== null) return withFaultPoints(at, value)
      if (typeof value !== 'function') return value
      return (...args: unknown[]): unknown => {
        pass(`${at}.before`)
        const result: unknown = Reflect.apply(value, target, args)
        if (isPromise(result)) return result.then(answer => { pass(`${at}.after`); return answer })
        return typeof result === 'object' && result !== null ? withFaultPoints(at, result) : result
      }
    },
  })
}
