import type { Breaker } from '../breaker.ts'
import type { Check } from '../http/server/health.ts'
import type { Metrics } from './metrics.ts'

/** What `/health/dependencies` shows; it may be filled at any time. */
export type HealthParts = { checks: Map<string, Check>; optional: Set<string>; breakers: Map<string, Breaker> }

const shown = { closed: 0, 'half-open': 0.5, open: 1 }

/**
 * Shows a breaker in `/health/dependencies` and, as `breaker_<name>_open`, in `/metrics`.
 * One without a check under its name hinders nobody from being ready.
 */
export const showBreaker = ({ health, metrics }: { health: HealthParts; metrics: Metrics }, breaker: Breaker, name = breaker.name): void => {
  metrics.gauge(`breaker_${name.replaceAll(/\W/g, '_')}_open`, 'Whether the breaker is open (1) or half-open (0.5)', () => shown[breaker.state()])
  health.breakers.set(name, breaker)
}
