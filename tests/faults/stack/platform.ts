import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { appIds, type AppId } from '../../../services/shared/contracts/define.ts'
import { supervise, type Part } from '../../../deploy/local/part.ts'
import { signal } from '../../../deploy/local/process-info.ts'
import { startStack, type Stack } from '../../../deploy/local/stack.ts'
import { crowded } from '../../support/unlimited.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'
import { wireTo, type Wire } from './wire.ts'

export type Platform = {
  stack: Stack
  home: string
  events: 'redis' | 'kafka'
  /** The small disk under all data, where one was asked for and can be had. */
  disk: SmallDisk | undefined
  /** The wires from some services to their sidecars, by service. */
  wires: ReadonlyMap<string, Wire>
  /** Starts a sidecar anew, so that all it has for its service (deliveries, turns of actors, invocations) goes through a wire, until it is started as ever by `end`. */
  wireBehind(service: AppId): Promise<{ wire: Wire; end(): Promise<void> }>
  part(name: string): Part
  /** Ends a part with SIGKILL and starts it again at once. */
  restart(name: string): Promise<void>
  /** Starts the successor of a service, and asks the old one to stop when that is ready. */
  replace(name: string): Promise<void>
  /** Holds a part, children and all, without ending it. */
  hold(name: string): void
  release(name: string): void
  stop(): Promise<void>
}
export type PlatformOptions = {
  home: string
  offset: number
  events: 'redis' | 'kafka'
  smallDisk: boolean
  /** Leaves the small disk mounted, for whoever wants to look at the data. */
  keep?: boolean
  report: (line: string) => void
}

export const services = appIds
export const appIdPrefix = 'faults-'
export const brokerOf = (events: 'redis' | 'kafka'): string => (events === 'kafka' ? 'kafka' : 'broker')
const root = resolve(import.meta.dirname, '../../..')
const TRIES = 10
/** They die because we kill them, so nothing is gained by a rest. */
const longestPauseMs = 500
const wired: readonly AppId[] = ['task', 'project', 'gateway', 'notification']

/** Starts a part that was stopped. What it needs may be coming back itself from what was done to it, and a part that dies at its start again and again is not started any more. */
export const comeUp = async (part: Part): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try { await part.start(); return } catch (error) { if (tries >= TRIES) throw error }
  }
}

/** A whole stack of its own, whose parts can be killed, held and started again, and some of whose wires can be cut. */
export const startPlatform = async ({ home, offset, events, smallDisk, keep = false, report }: PlatformOptions): Promise<Platform> => {
  mkdirSync(join(home, 'faults'), { recursive: true })
  // The document store's own user must get through.
  chmodSync(home, 0o755)
  const mounted = smallDisk ? mountSmallDisk(home) : undefined
  if (typeof mounted === 'string') report(`skipped: fill the disk, because ${mounted}`)
  const disk = typeof mounted === 'object' ? mounted : undefined
  const stack = await startStack({
    root, home, offset, prefix: appIdPrefix, events,
    env: { ...crowded, PROJECT_RESTORE_SECONDS: '1', MAILS_KEPT: '100000', FAULTS: join(home, 'faults') },
    report, longestPauseMs,
  })
  const wires = new Map<string, Wire>()
  const own = new Map<string, Part>()
  const part = (name: string): Part => own.get(name) ?? stack.part(name)
  const toAll = (name: string, how: NodeJS.Signals): void => { const { pid } = part(name); if (pid !== undefined) signal(pid, how) }
  const stop = async (): Promise<void> => {
    for (const one of own.values()) toAll(one.name, 'SIGCONT')
    await Promise.all([...own.values()].map(one => one.stop()))
    for (const wire of wires.values()) wire.close()
    await stack.stop()
    if (!keep) disk?.unmount()
  }
  try {
    // The same service once more, that reaches its sidecar through our wire.
    for (const name of wired) {
      const { spec, logFile } = stack.part(name)
      await stack.part(name).stop()
      const wire = await wireTo(Number(new URL(stack.urls.sidecar(name)).port))
      wires.set(name, wire)
      const replaced = supervise({ ...spec, env: { ...spec.env, DAPR_HTTP_PORT: String(wire.port) } }, { logFile, report, changed: () => {}, longestPauseMs })
      own.set(name, replaced)
      await replaced.start()
    }
  } catch (error) {
    await stop()
    throw error
  }
  return {
    stack, home, events, wires, part, stop, disk,
    // Only for a while: where the service is away a wire takes the first connection all the same, and sidecars tell what never arrived by its being refused.
    wireBehind: async service => {
      const plain = stack.part(`${service}-sidecar`)
      const { name, spec, logFile } = plain
      const wire = await wireTo(Number(new URL(stack.urls.service(service)).port))
      const command = spec.command.with(spec.command.indexOf('--app-port') + 1, String(wire.port))
      const wired = supervise({ ...spec, command }, { logFile, report, changed: () => {}, longestPauseMs })
      const end = async (): Promise<void> => {
        await wired.stop('SIGKILL')
        own.delete(name)
        wire.close()
        await comeUp(plain)
      }
      await plain.stop('SIGKILL')
      own.set(name, wired)
      try { await comeUp(wired) } catch (error) { await end(); throw error }
      return { wire, end }
    },
    restart: async name => {
      await part(name).stop('SIGKILL')
      await comeUp(part(name))
    },
    replace: async name => {
      const old = part(name)
      // The embedded ClickHouse takes one process per folder.
      if (name === 'analytics') { await old.stop(); return old.start() }
      const from = readFileSync(old.logFile).length
      let alone = false
      const saysReady = async (): Promise<boolean> => readFileSync(old.logFile).subarray(from).includes('"message":"ready"')
      const successor = supervise(
        { ...old.spec, env: { ...old.spec.env, SUCCEEDS: 'true' }, ready: () => (alone ? old.spec.ready() : saysReady()) },
        { logFile: old.logFile, report, changed: () => {}, longestPauseMs },
      )
      own.set(name, successor)
      await successor.start()
      await old.stop()
      alone = true
    },
    hold: name => { toAll(name, 'SIGSTOP') },
    release: name => { toAll(name, 'SIGCONT') },
  }
}
