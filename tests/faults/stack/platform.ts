import { chmodSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { appIds } from '../../../services/shared/contracts/define.ts'
import type { Part } from '../../../deploy/local/part.ts'
import { signal } from '../../../deploy/local/process-info.ts'
import { startStack, type Stack } from '../../../deploy/local/stack.ts'
import { unlimited } from '../../support/unlimited.ts'

export type Platform = {
  stack: Stack
  home: string
  events: 'redis' | 'kafka'
  part(name: string): Part
  /** Ends a part with SIGKILL and starts it again at once. */
  restart(name: string): Promise<void>
  /** Holds a part, children and all, without ending it. */
  hold(name: string): void
  release(name: string): void
  stop(): Promise<void>
}
export type PlatformOptions = { home: string; offset: number; events: 'redis' | 'kafka'; report: (line: string) => void }

export const services = appIds
export const brokerOf = (events: 'redis' | 'kafka'): string => (events === 'kafka' ? 'kafka' : 'broker')
const root = resolve(import.meta.dirname, '../../..')

/** A whole stack of its own, whose parts can be killed, held and started again. */
export const startPlatform = async ({ home, offset, events, report }: PlatformOptions): Promise<Platform> => {
  mkdirSync(join(home, 'faults'), { recursive: true })
  // The document store's own user must get through.
  chmodSync(home, 0o755)
  const stack = await startStack({ root, home, offset, prefix: 'faults-', events, env: { ...unlimited, PROJECT_RESTORE_SECONDS: '1', FAULTS: join(home, 'faults') }, report })
  const toAll = (name: string, how: NodeJS.Signals): void => { const { pid } = stack.part(name); if (pid !== undefined) signal(pid, how) }
  return {
    stack, home, events, part: name => stack.part(name),
    restart: async name => {
      await stack.part(name).stop('SIGKILL')
      await stack.part(name).start()
    },
    hold: name => { toAll(name, 'SIGSTOP') },
    release: name => { toAll(name, 'SIGCONT') },
    stop: () => stack.stop(),
  }
}
