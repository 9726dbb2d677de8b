/** Time as the services see it: given by the caller, so that tests can hold it still. */
export type Clock = {
  /** ISO 8601 UTC with milliseconds. */
  now(): string
  /** The same, in milliseconds since 1970. */
  epochMs(): number
  /** Milliseconds that never go back; for durations and leases only. */
  monotonic(): number
}

export const systemClock: Clock = { now: () => new Date().toISOString(), epochMs: () => Date.now(), monotonic: () => performance.now() }

/** The system's clock, so many milliseconds off; its durations are right all the same. */
export const clockOff = (ms: number): Clock => (ms === 0
  ? systemClock
  : { ...systemClock, now: () => new Date(Date.now() + ms).toISOString(), epochMs: () => Date.now() + ms })

/** A clock that stands at `start` until `advance` is called. For tests. */
export const testClock = (start = '2026-03-02T09:00:00.000Z'): Clock & { advance(ms: number): void } => {
  let at = Date.parse(start)
  return { now: () => new Date(at).toISOString(), epochMs: () => at, monotonic: () => at, advance: ms => { at += ms } }
}
