import type { AppId } from '../../contracts/define.ts'
import { breaker, type Breaker } from '../breaker.ts'
import { Refused } from '../decider.ts'

/** The circuit to another app. */
export type PeerBreakers = (app: AppId) => Breaker

// Not the sidecar's own breaker: it counts every answer from 400 up, so one client's bad requests would close a service to all (Dapr 1.18.2).
/**
 * One circuit for each app that this process calls: after ten calls in a row that did not get through, calls fail at once;
 * a trial goes out within half a second. Nothing else counts, and what fails many calls at once (the same `cause`) counts once.
 * `made` is told of each, at the first call.
 */
export const peerBreakers = (made: (circuit: Breaker) => void = () => {}): PeerBreakers => {
  const circuits = new Map<AppId, Breaker>()
  const counted = new WeakSet<Error>()
  const isNew = (cause: unknown): boolean => {
    if (!(cause instanceof Error)) return true
    if (counted.has(cause)) return false
    counted.add(cause)
    return true
  }
  return app => {
    const known = circuits.get(app)
    if (known) return known
    const circuit = breaker({
      name: app, failures: 10, retryAfterMs: 250, longestRetryMs: 500, timeoutMs: Infinity,
      isOutage: error => error instanceof Refused && error.kind === 'unavailable' && isNew(error.cause),
    })
    circuits.set(app, circuit)
    made(circuit)
    return circuit
  }
}
