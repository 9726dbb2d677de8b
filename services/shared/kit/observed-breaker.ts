import type { Breaker } from './breaker.ts'
import { Refused } from './decider.ts'

const graceMs = 1_000

/**
 * A breaker for a client that watches its server by itself, as the Mongo driver does: open while it has seen no server for a second.
 * Its driver tries again on its own, so there is no half-open.
 */
export const observedBreaker = (name: string): Breaker & { saw(up: boolean): void } => {
  let downSince: number | undefined
  const isOpen = (): boolean => downSince !== undefined && performance.now() - downSince > graceMs
  const check = (): void => { if (isOpen()) throw new Refused('unavailable', 'dependency-unavailable', `${name} is down.`) }
  return {
    name, check,
    run: async call => { check(); return call(new AbortController().signal) },
    state: () => (isOpen() ? 'open' : 'closed'),
    saw: up => { downSince = up ? undefined : (downSince ?? performance.now()) },
  }
}
