import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** What a test wants of one start of a process: to die the n-th time that it passes a point (`store.append.after`), or a clock that is wrong. */
export const FaultOrder = z.strictObject({ point: z.string().optional(), pass: z.number().int().min(1).default(1), clockOffsetMs: z.number().default(0) })
export type FaultOrder = z.input<typeof FaultOrder>

let armed: { point: string; left: number } | undefined

/** Reads the order that lies in the folder for this service, once: it is taken away, so that the next start is a sound one. Without a folder nothing is ever armed. */
export const armFaults = (folder: string | undefined, service: string): { clockOffsetMs: number } => {
  armed = undefined
  if (folder === undefined) return { clockOffsetMs: 0 }
  const file = join(folder, `${service}.json`)
  try {
    const { point, pass, clockOffsetMs } = FaultOrder.parse(JSON.parse(readFileSync(file, 'utf8')))
    rmSync(file)
    if (point !== undefined) armed = { point, left: pass }
    return { clockOffsetMs }
  } catch {
    return { clockOffsetMs: 0 }
  }
}

const pass = (point: string): void => {
  if (armed?.point === point && --armed.left === 0) process.kill(process.pid, 'SIGKILL')
}
const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise

/** A port (store, sidecar) with a point before and after each of its calls: `<name>.<call>.before` and `.after`. The port itself where nothing is armed. */
export const withFaultPoints = <T extends object>(name: string, port: T): T => {
  if (!armed?.point.startsWith(`${name}.`)) return port
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
