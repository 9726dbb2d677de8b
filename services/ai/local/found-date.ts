import type { Temporal } from 'temporal-polyfill'

/** When the sentence was said, and where the speaker is. */
export type Now = { at: string; timezone: string }
/** Words that name a time. */
export type FoundDate = {
  /** The preposition that belongs to them, and where they stand with it. */
  lead: string; start: number; end: number
  from: Temporal.Instant; to: Temporal.Instant | undefined; local: Temporal.PlainDateTime
  /** That no time of day was given, for the beginning and for the end. */
  day: boolean; toDay: boolean
  /** False when there is a time of day only. */
  dateGiven: boolean
  /** The number of days after which the same words name the next such time: 7 for a weekday, 1 for a time of day, undefined for a date. */
  step: 1 | 7 | undefined
}
