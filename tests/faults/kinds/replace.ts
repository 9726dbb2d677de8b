import { stillDuring, type Attempt, type Tally } from '../team/tally.ts'
import { pause, type Kind } from './kind.ts'

const PATIENCE_MS = 5_000
const CALM_MS = 20_000
/** Where this process stood still for so long at a time, the whole machine did, and whoever waits for an answer may have given up. */
const STILL_MS = 500
const givenUp = new Set([0, 503, 504])
const isExcused = ({ stalls }: Tally, a: Attempt): boolean => givenUp.has(a.status) && stalls.some(stall => stillDuring({ stalls: [stall] }, a) > STILL_MS)
const failed = (a: Attempt): boolean => a.status === 0 || a.status >= 500 || a.status === 429

/** A service is asked to stop and its successor started, under load: no request may fail. */
export const replacements: readonly Kind[] = [{
  name: 'replace gracefully',
  alone: true,
  mayMiss: true,
  targets: () => ['task', 'project', 'user', 'notification', 'analytics', 'ai', 'gateway'],
  strike: async ({ platform, door: { tally } }, target) => {
    // What an earlier blow left under way would be taken for this one's.
    const calm = (): boolean => !tally.attempts.some(a => failed(a) && a.endedAt > performance.now() - PATIENCE_MS)
    for (let waited = 0; waited < CALM_MS && !calm(); waited += 250) await pause(250)
    if (!calm()) return 'missed'
    const from = performance.now()
    await platform.replace(target)
    const until = performance.now()
    const hit = tally.attempts.filter(a => a.endedAt >= from && a.startedAt <= until && failed(a))
    if (hit.length === 0) return
    const each = hit.map(a => `${a.operation} ${a.status} ${a.code} after ${Math.round(a.endedAt - a.startedAt)} ms, begun at ${Math.round(a.startedAt - from)}`)
    const what = `${hit.length} requests failed while ${target} was replaced in ${Math.round(until - from)} ms: ${each.slice(0, 4).join(', ')}`
    // The embedded ClickHouse takes one process at a time: its callers are held for as long as anybody is, and whether it is back by then is a matter of the machine.
    if (target === 'analytics' || hit.every(a => isExcused(tally, a))) tally.late.push(what)
    else tally.wrong.push(what)
  },
}]
