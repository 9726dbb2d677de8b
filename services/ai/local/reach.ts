import type { Temporal } from 'temporal-polyfill'

const end = Date.UTC(2200, 0)

/** The instant when the contract's `Time` can say it: from 1970 on and before 2200. Not compared as text, which from the year 10000 on begins with a sign. */
export const reachable = <T extends Temporal.Instant | Temporal.ZonedDateTime>(at: T | undefined): T | undefined =>
  at && at.epochMilliseconds >= 0 && at.epochMilliseconds < end ? at : undefined
