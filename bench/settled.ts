import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from '../deploy/local/stack.ts'
import { appIds } from '../services/shared/contracts/define.ts'

const LONGEST_MS = 60_000
// A follower may not have heard yet of what the log has published: quiet counts only when it lasts.
const QUIET_LOOKS = 3

const backlog = async (stack: Stack): Promise<number> => {
  const sums = await Promise.all(appIds.map(async app => {
    const text = await (await fetch(`${stack.urls.service(app)}/metrics`)).text()
    return [...text.matchAll(/^(?:event_log_lag|consumer_lag)(?:\{[^}]*\})? (\S+)$/gm)].reduce((sum, [, value]) => sum + Number(value), 0)
  }))
  return sums.reduce((a, b) => a + b, 0)
}

/** Waits until no service has anything left to publish or to consume. How long that took, ms. */
export const settled = async (stack: Stack): Promise<number> => {
  const began = performance.now()
  let since = began
  for (let quiet = 0; quiet < QUIET_LOOKS;) {
    if (performance.now() - began > LONGEST_MS) throw new Error(`what follows the commands was not done within ${LONGEST_MS / 1000} s`)
    if (await backlog(stack) === 0) quiet++
    else { quiet = 0; since = performance.now() }
    await sleep(150)
  }
  return since - began
}
