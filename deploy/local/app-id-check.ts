import { execFileSync } from 'node:child_process'
import type { AppSpec } from './topology.ts'

const processes = (): string => {
  try { return execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }) } catch { return '' }
}
const flag = (line: string, name: string): string | undefined => new RegExp(`\\s--?${name}[ =](\\S+)`).exec(line)?.[1]

/**
 * Refuses to start beside a sidecar of this machine that has one of these app ids at another port: sidecars find each other by name, and half
 * of the calls of both stacks would go to the other one. `list` is the processes, a line each with its number first.
 */
export const refuseSharedAppIds = (apps: readonly Pick<AppSpec, 'appId' | 'daprInternal'>[], list = processes()): void => {
  for (const line of list.split('\n').filter(text => /^\s*\d+\s+\S*daprd\s/.test(text))) {
    const app = apps.find(({ appId }) => appId === flag(line, 'app-id'))
    if (app && flag(line, 'dapr-internal-grpc-port') !== String(app.daprInternal))
      throw new Error(`Another CyberTask has the app id ${app.appId} too (process ${line.trim().split(' ')[0]}), and calls would go astray between them: `
        + 'stop that one first, or give this one an APP_ID_PREFIX of its own (sagas and jobs under way in its state folder do not come along).')
  }
}
