import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { allStarted } from './all-started.ts'
import { refuseSharedAppIds } from './app-id-check.ts'
import { dataFolders } from './data-folders.ts'
import { readFound } from './found.ts'
import { watchDisk } from './disk-watch.ts'
import { writeWhole } from './files.ts'
import { takeLock } from './lock.ts'
import { rotate } from './log-file.ts'
import { supervise, type Part, type PartSpec } from './part.ts'
import { refuseTakenPorts } from './port-check.ts'
import { portsAt } from './ports.ts'
import { neighboursFrom } from './neighbours.ts'
import { makeSecrets, makeTokens, readSecrets, type Tokens } from './secrets.ts'
import { readTopology } from './topology.ts'
import type { Context } from './parts/context.ts'
import { controlParts, sentryPart } from './parts/control-plane.ts'
import { documentParts } from './parts/documents.ts'
import { kafkaParts } from './parts/kafka.ts'
import { mailParts } from './parts/mail.ts'
import { clusterElsewhere } from './parts/postgres.ts'
import { redisParts } from './parts/redis.ts'
import { prefixFile } from './prepare/app-id-prefix.mjs'
import { appParts } from './parts/apps-of.ts'
import { stopInOrder } from './stop.ts'
import type { AppId } from '../../services/shared/contracts/define.ts'

export type StackOptions = {
  /** The repository. */
  root: string
  /** The state folder; two stacks need two. */
  home: string
  /** Moves every port, so that stacks can run side by side. */
  offset?: number
  /** Goes before every Dapr app id, for the same reason. */
  prefix?: string
  /** `redis`, or the name of a folder in components/. */
  events?: string
  /** The services to start; all by default, [] for only the parts they stand on. */
  services?: readonly AppId[]
  /** The caller runs the services himself, behind the stack's sidecars (contract tests do). */
  sidecarsOnly?: boolean
  env?: NodeJS.ProcessEnv
  /** Hears what happens later: a part that died, one that is back. */
  report?: (line: string) => void
  /** The longest rest before a part that dies again and again is started once more, in milliseconds. */
  longestPauseMs?: number
  /** Gives up while it comes up, or stops it later. */
  signal?: AbortSignal
  /** Watches each part while it comes up. */
  watch?: (title: string) => { done(note: string): void; fail(note: string): void }
}
export type Stack = {
  parts: ReadonlyMap<string, Part>
  part(name: string): Part
  home: string
  tokens: Tokens
  secrets: Readonly<Record<string, string>>
  urls: { gateway: string; mail: string; service(app: AppId): string; sidecar(app: AppId): string }
  stop(): Promise<void>
}

const silent = () => ({ done: () => {}, fail: () => {} })

/** Starts a whole stack and supervises it until `stop`. When a part does not come up, everything is stopped again and the reason is thrown. */
export const startStack = async ({
  root, home: folder, offset = 0, prefix = '', events = 'redis', services, sidecarsOnly = false, env = process.env,
  report = () => {}, watch = silent, longestPauseMs, signal,
}: StackOptions): Promise<Stack> => {
  const found = readFound(root, env)
  const home = resolve(folder)
  mkdirSync(home, { recursive: true })
  const ports = portsAt(offset)
  const topology = readTopology(root, { offset, prefix })
  const port = (app: AppId, which: 'port' | 'daprHttp'): number => topology.apps.find(a => a.name === app)?.[which] ?? 0
  const url = (app: AppId): string => `http://localhost:${port(app, 'port')}`
  const { brokers, clickhouse } = neighboursFrom(env, readSecrets(home))
  const lock = await takeLock(home, { url: url('gateway'), offset, prefix, events, brokers, clickhouse, found }, report)
  const parts = new Map<string, Part>()
  let stopping: Promise<void> | undefined
  const running = (): { name: string; pid: number }[] => [...parts.values()].flatMap(({ name, pid }) => pid === undefined ? [] : [{ name, pid }])
  const add = (spec: PartSpec): Part => {
    const changed = (): void => { if (!stopping) lock.update(running()) }
    const part = supervise(spec, {
      logFile: join(home, 'logs', `${spec.name}.log`), report, changed, ...longestPauseMs !== undefined && { longestPauseMs },
    })
    parts.set(spec.name, part)
    return part
  }
  const bring = async (specs: readonly PartSpec[]): Promise<void> => {
    const unlessStopped = (): void => { if (stopping) throw new Error('Stopped while starting.') }
    if (!stopping) await refuseTakenPorts(specs)
    unlessStopped()
    await allStarted(specs.map(add).map(async part => {
      const line = watch(part.spec.title)
      await part.start().then(() => line.done(`process ${part.pid}`), (error: unknown) => { line.fail('did not start'); throw error })
    })).catch((error: unknown) => { unlessStopped(); throw error })
  }
  const cluster = found.documents.kind === 'ferretdb' ? clusterElsewhere(home) : undefined
  const unwatchDisk = watchDisk(() => dataFolders(home, cluster), report)
  const rotation = setInterval(() => { for (const part of parts.values()) rotate(part.logFile) }, 10_000).unref()
  const stop = (): Promise<void> => stopping ??= stopInOrder([...parts.values()]).finally(() => { clearInterval(rotation); unwatchDisk(); lock.release() })
  signal?.addEventListener('abort', () => { void stop() })

  try {
    signal?.throwIfAborted()
    const wanted = topology.apps.filter(app => services?.includes(app.name) ?? true)
    refuseSharedAppIds(wanted)
    writeWhole(prefixFile(home), `${prefix}\n`, { lasting: true })
    const context: Context = {
      root, home, found, ports, offset, prefix, events, env, topology, secrets: makeSecrets(home, ports, env), tokens: makeTokens(home),
    }
    const stores = bring([...redisParts(context), ...documentParts(context), ...kafkaParts(context), ...mailParts(context)])
    await Promise.all([stores, bring([sentryPart(context)]).then(() => bring(controlParts(context)))])
    await bring(appParts(context, wanted).filter(part => !sidecarsOnly || part.group === 'sidecar'))
    const part = (name: string): Part => { const one = parts.get(name); if (!one) throw new Error(`There is no part ${name}.`); return one }
    return {
      parts, part, home, tokens: context.tokens, secrets: context.secrets, stop,
      urls: { gateway: url('gateway'), mail: `http://localhost:${ports.mail}`, service: url, sidecar: app => `http://localhost:${port(app, 'daprHttp')}` },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
