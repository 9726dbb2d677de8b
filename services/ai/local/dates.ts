import type { ParsedComponents, ParsedResult } from 'chrono-node'
import { Temporal } from 'temporal-polyfill'
import { endOf, endOfPeriods, lastDayOfThis } from './end-of-period.ts'
import type { FoundDate, Now } from './found-date.ts'
import { leadOf } from './lead.ts'
import { library } from './library.ts'
import { meant, placeOf } from './meant.ts'
import { reachable } from './reach.ts'
import { mondaysAlone, someMondays } from './recurrence-patterns.ts'
import { timed } from './timed.ts'

/** All times that the text names, in its order. */
export const dates = (text: string, now: Now): FoundDate[] => {
  const here = Temporal.Instant.from(now.at).toZonedDateTimeISO(now.timezone)
  const reference = { instant: new Date(now.at), timezone: here.offsetNanoseconds / 60e9 }
  const parsed = library.parse(text, reference, { forwardDate: true }).flatMap(result => meant(text, result) ? [read(text, result, here)] : [])
  const found = endOfPeriods(text, parsed, here).toSorted((a, b) => a.start - b.start)
  // “Swim Tuesdays in the pool at 7:00”: the days were not understood, and the next 7:00 is on another one.
  // “Call at 10:00 about the Fridays report” lacks none.
  const lacksDay = (d: FoundDate): boolean => !d.dateGiven && (someMondays.test(text.slice(0, d.start)) || mondaysAlone.test(text.slice(d.end)))
  return found.filter((d, i) => !lacksDay(d) && !alternatives(text, found[i - 1], d) && !alternatives(text, d, found[i + 1]) && inReach(d, here))
}

const dateParts = ['day', 'weekday', 'month'] as const
const calendarParts = ['day', 'month', 'year'] as const

const read = (text: string, result: ParsedResult, here: Temporal.ZonedDateTime): FoundDate => {
  const { start, end } = placeOf(result)
  const lead = leadOf(text, start)
  const today = here.toPlainDate()
  const last = lastDayOfThis(text.slice(start, end), today)
  // This month has begun: what starts in it can start today.
  if (last) return endOf(/start|begin|from|as of/iu.test(lead) ? today : last, { lead, start: start - lead.length, end }, here.timeZoneId)
  const day = !timed(result.start)
  const dated = dateParts.some(part => result.start.isCertain(part))
  const toDay = result.end ? !timed(result.end) : false
  const to = result.end ? instantOf(result.end, here, toDay) : undefined
  return {
    lead, start: start - lead.length, end, from: instantOf(result.start, here, day), to, day, toDay,
    dateGiven: dated || day, step: stepOf(result.start), local: plain(result.start, false),
  }
}

const stepOf = (c: ParsedComponents): FoundDate['step'] => {
  if (calendarParts.some(part => c.isCertain(part))) return undefined
  return c.isCertain('weekday') ? 7 : 1
}

/** A day alone lasts until its end: what is due on Friday is late on Saturday. */
const plain = (c: ParsedComponents, day: boolean): Temporal.PlainDateTime => {
  const date = Temporal.PlainDate.from({ year: c.get('year') ?? 0, month: c.get('month') ?? 1, day: c.get('day') ?? 1 })
  if (day) return date.toPlainDateTime({ hour: 23, minute: 59 })
  return date.toPlainDateTime({ hour: c.get('hour') ?? 0, minute: c.get('minute') ?? 0, second: c.get('second') ?? 0 })
}

/** The speaker's wall clock; in the hour that the clocks skip, an hour later; where an offset was spoken, that offset. */
const instantOf = (c: ParsedComponents, here: Temporal.ZonedDateTime, day: boolean): Temporal.Instant => {
  const offset = c.get('timezoneOffset')
  if (!day && offset !== null && c.isCertain('timezoneOffset')) return Temporal.Instant.fromEpochMilliseconds(c.date().getTime())
  return plain(c, day).toZonedDateTime(here.timeZoneId, { disambiguation: 'compatible' }).toInstant()
}

/** “Monday or Tuesday”, “Monday, Wednesday and Friday”: which of them is meant stays open. */
const alternatives = (text: string, one: FoundDate | undefined, next: FoundDate | undefined): boolean => {
  if (one === undefined || next === undefined) return false
  const between = /^(?:on\s+)?$/iu.test(next.lead) ? /^\s*(?:,?\s*(?:and|or)|,|&|\/|vs\.?|versus)\s*$/iu : /^\s*,?\s*or\s*$/iu
  return between.test(text.slice(one.end, next.start))
}

/** “What broke yesterday” names no due date. */
const inReach = (d: FoundDate, here: Temporal.ZonedDateTime): boolean => {
  const end = d.to ?? d.from
  const isAhead = Temporal.Instant.compare(end, here.toInstant()) >= 0 || /due|by|deadline|start/iu.test(d.lead)
  return isAhead && reachable(d.from) !== undefined && reachable(end) !== undefined
}
