import type { Attempt } from '../team/tally.ts'
import type { Kind } from './kind.ts'

const failed = (a: Attempt): boolean => a.status === 0 || a.status >= 500 || a.status === 429

/** A service is asked to stop and its successor started, under load: no request may fail. */
export const replacements: readonly Kind[] = [{
  name: 'replace gracefully',
  targets: () => ['task', 'project', 'user', 'notification', 'analytics', 'ai', 'gateway'],
  strike: async ({ platform, door: { tally } }, target) => {
    const from = performance.now()
    await platform.replace(target)
    const until = performance.now()
    const hit = tally.attempts.filter(a => a.endedAt >= from && a.startedAt <= until && failed(a))
    if (hit.length > 0) tally.strange.push(`${hit.length} requests failed while ${target} was replaced: ${[...new Set(hit.map(a => `${a.operation} ${a.status} ${a.code}`))].slice(0, 4).join(', ')}`)
  },
}]
