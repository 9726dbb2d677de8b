import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, ExponentialBackoff, handleWhen, timeout, TimeoutStrategy, wrap } from 'cockatiel'

/** Guards calls that no sidecar guards: a store, a mail server, a model. */
export type Breaker = {
  name: string
  /** Runs the call with a time limit; fails at once while the circuit is open. */
  run<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T>
  state(): 'closed' | 'half-open' | 'open'
  /** Fails at once while the circuit is open; for calls that cannot be wrapped. */
  check(): void
}

export type BreakerOptions = {
  name: string
  timeoutMs?: number
  /** Failures in a row that open it. */
  failures?: number
  /** The first wait before a trial call; it doubles up to 30 s while trials fail. */
  retryAfterMs?: number
  /** Which errors mean an outage; all of them unless told. */
  isOutage?: (error: Error) => boolean
}

/** A circuit breaker with a time limit around each call. */
export const breaker = ({ name, timeoutMs = 5_000, failures = 5, retryAfterMs = 500, isOutage = () => true }: BreakerOptions): Breaker => {
  const backoff = new ExponentialBackoff({ initialDelay: retryAfterMs, maxDelay: 30_000 })
  const circuit = circuitBreaker(handleWhen(error => isOutage(error)), { halfOpenAfter: backoff, breaker: new ConsecutiveBreaker(failures) })
  const policy = wrap(circuit, timeout(timeoutMs, TimeoutStrategy.Aggressive))
  return {
    name,
    run: call => policy.execute(({ signal }) => call(signal)),
    state: () => states[circuit.state],
    check: () => { if (circuit.state === CircuitState.Open) throw new BrokenCircuitError(`${name} is down`) },
  }
}

const states = { [CircuitState.Closed]: 'closed', [CircuitState.HalfOpen]: 'half-open', [CircuitState.Open]: 'open', [CircuitState.Isolated]: 'open' } as const
