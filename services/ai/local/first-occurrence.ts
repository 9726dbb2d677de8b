import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import { reachable } from './reach.ts'

/**
 * When a rule first holds at or after a moment, at that time of day of the speaker's wall clock; undefined when it never does, or later
 * than a task can be due.
 */
export const firstOccurrence = (rule: string, from: Temporal.ZonedDateTime, time: Temporal.PlainTime): Temporal.ZonedDateTime | undefined => {
  const dtstart = from.toPlainDate().toZonedDateTime({ timeZone: from.timeZoneId, plainTime: time })
  const repeated = new RRuleTemporal({ rruleString: rule, dtstart: Temporal.ZonedDateTime.from(dtstart.toString()), maxIterations: 2_000 })
  try {
    const next = repeated.next(new Date(from.epochMilliseconds), true)
    return reachable(next ? Temporal.ZonedDateTime.from(next.toString()) : undefined)
  } catch { return undefined }
}

/** True when a calendar library reads the rule. */
export const isRule = (rule: string): boolean => {
  try { return Boolean(new RRuleTemporal({ rruleString: rule, dtstart: Temporal.ZonedDateTime.from('2026-01-01T09:00[UTC]') })) } catch { return false }
}
