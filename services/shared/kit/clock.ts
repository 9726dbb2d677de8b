/** Time as the services see it: given by the caller, so that tests can hold it still. */
export type Clock = {
  /** ISO 8601 UTC with milliseconds. */
  now(): string
  /** Milliseconds that never go back; for durations and leases only. */
  monotonic(): number
}

export const systemClock: Clock = { now: () => new Date().toISOString(), monotonic: () => performance.now() }

/** A clock that stands at `start` until `advance` is called. For tests. */
export const testClock = (start = '2026-03-02T09:00:00.000Z'): Clock & { advance(ms: number): void } => {
  let at = Date.parse(start)
  return { now: () => new Date(at).toISOString(), monotonic: () => at, advance: ms => { at += ms } }
}
