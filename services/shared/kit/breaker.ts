import {
  circuitBreaker, CircuitState, ConsecutiveBreaker, ExponentialBackoff, handleWhen, isBrokenCircuitError, TaskCancelledError,
} from 'cockatiel'
import { Refused } from './decider.ts'
import { within } from './waiting.ts'

/** Guards calls that no sidecar guards: a store, a mail server, a model. */
export type Breaker = {
  name: string
  /** Runs the call with a time limit, which ends `signal`; while the circuit is open it is `Refused('unavailable')` at once. */
  run<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T>
  state(): 'closed' | 'half-open' | 'open'
  /** Fails at once while the circuit is open; for calls that cannot be wrapped. */
  check(): void
}

export type BreakerOptions = {
  name: string
  /** Infinity: the calls carry limits of their own. */
  timeoutMs?: number
  /** Failures in a row that open it. */
  failures?: number
  /** The first wait before a trial call; it doubles up to `longestRetryMs` (30 s) while trials fail. */
  retryAfterMs?: number
  longestRetryMs?: number
  /** Which errors mean an outage; all of them unless told. */
  isOutage?: (error: Error) => boolean
}

/** A circuit breaker with a time limit around each call. */
export const breaker = (
  { name, timeoutMs = 5_000, failures = 5, retryAfterMs = 500, longestRetryMs = 30_000, isOutage = () => true }: BreakerOptions,
): Breaker => {
  const backoff = new ExponentialBackoff({ initialDelay: retryAfterMs, maxDelay: longestRetryMs })
  const circuit = circuitBreaker(handleWhen(error => isOutage(error)), { halfOpenAfter: backoff, breaker: new ConsecutiveBreaker(failures) })
  const down = (): Refused => new Refused('unavailable', 'dependency-unavailable', `${name} is down.`)
  const late = (): Refused => new Refused('unavailable', 'dependency-timeout', `${name} does not answer in time.`)
  return {
    name,
    run: async call => {
      // One call tries whether it is over; the library would let all others wait for it, and for themselves after that.
      if (circuit.state === CircuitState.HalfOpen) throw down()
      try {
        return await circuit.execute(() => (timeoutMs === Infinity ? call(never) : inTime(call, timeoutMs)))
      } catch (error) {
        if (isBrokenCircuitError(error)) throw down()
        throw error instanceof TaskCancelledError ? late() : error
      }
    },
    state: () => states[circuit.state],
    check: () => { if (circuit.state === CircuitState.Open) throw down() },
  }
}

const never = new AbortController().signal
/** Not the library's own: that keeps what each call holds until the next full collection. */
const inTime = async <T>(call: (signal: AbortSignal) => Promise<T>, ms: number): Promise<T> => {
  const control = new AbortController()
  try {
    return await within(call(control.signal), ms, () => new TaskCancelledError(`no answer in ${ms} ms`))
  } catch (error) {
    if (error instanceof TaskCancelledError) control.abort(error)
    throw error
  }
}

// `isTaskCancelledError` of the library asks for another error's mark (3.2.1), hence instanceof.
const states = { [CircuitState.Closed]: 'closed', [CircuitState.HalfOpen]: 'half-open', [CircuitState.Open]: 'open', [CircuitState.Isolated]: 'open' } as const
