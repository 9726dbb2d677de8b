import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'

/** When a rule first holds at or after a moment, at that time of day of the speaker's wall clock. */
export const firstOccurrence = (rule: string, from: Temporal.ZonedDateTime, time: Temporal.PlainTime): Temporal.ZonedDateTime | undefined => {
  const dtstart = from.toPlainDate().toZonedDateTime({ timeZone: from.timeZoneId, plainTime: time })
  const next = new RRuleTemporal({ rruleString: rule, dtstart: Temporal.ZonedDateTime.from(dtstart.toString()) }).next(new Date(from.epochMilliseconds), true)
  return next ? Temporal.ZonedDateTime.from(next.toString()) : undefined
}

/** True when a calendar library reads the rule. */
export const isRule = (rule: string): boolean => {
  try { return Boolean(new RRuleTemporal({ rruleString: rule, dtstart: Temporal.ZonedDateTime.from('2026-01-01T09:00[UTC]') })) } catch { return false }
}
