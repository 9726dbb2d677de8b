import type { Temporal } from 'temporal-polyfill'
import type { FoundDate } from './found-date.ts'
import { leadOf } from './lead.ts'

const endOfDay = 'eod|end of (?:the )?(?:business )?day|close of business|cob'
const endOfWeek = 'eow|end of (?:the |this )?(?:working )?week'
const words = new RegExp(String.raw`(?<=^|[\s(,;\u0001])(?:(${endOfDay})|(${endOfWeek}))(?=$|[\s),;:.!\u0001])`, 'giu')

/** The times that were found, and “end of day” and “end of week” besides; “end of day Friday” is Friday. */
export const endOfPeriods = (text: string, found: readonly FoundDate[], here: Temporal.ZonedDateTime): FoundDate[] => {
  const all = [...found]
  for (const m of text.matchAll(words)) {
    const [start, end] = [m.index, m.index + m[0].length]
    if (all.some(d => d.start <= start && start < d.end)) continue
    const lead = leadOf(text, start)
    const touches = (d: FoundDate): boolean => [text.slice(end, d.start), text.slice(d.end, start - lead.length)].some(between => /^\s+$/u.test(between))
    const beside = m[1] === undefined ? -1 : all.findIndex(d => d.day && d.to === undefined && touches(d))
    const day = all[beside]
    if (day) all[beside] = { ...day, lead: lead === '' ? day.lead : lead, start: Math.min(day.start, start - lead.length), end: Math.max(day.end, end) }
    else {
      const today = here.toPlainDate()
      const date = m[1] === undefined ? today.add({ days: (12 - here.dayOfWeek) % 7 }) : today
      all.push(endOf(date, { lead, start: start - lead.length, end }, here.timeZoneId))
    }
  }
  return all
}

/** The last day of what “this week”, “this month” or “this year” names, of a working week its Friday; undefined for other words. */
export const lastDayOfThis = (words: string, today: Temporal.PlainDate): Temporal.PlainDate | undefined => {
  const period = /^this\s+(week|month|year)$/iu.exec(words)?.[1]?.toLowerCase()
  if (period === 'week') return today.add({ days: (today.dayOfWeek > 5 ? 7 : 5) - today.dayOfWeek })
  if (period === 'month') return today.with({ day: today.daysInMonth })
  return period === 'year' ? today.with({ month: 12, day: 31 }) : undefined
}

/** A day that lasts until its end, found at that place. */
export const endOf = (date: Temporal.PlainDate, place: Pick<FoundDate, 'lead' | 'start' | 'end'>, timezone: string): FoundDate => {
  const local = date.toPlainDateTime({ hour: 23, minute: 59 })
  return { ...place, from: local.toZonedDateTime(timezone).toInstant(), to: undefined, day: true, toDay: false, dateGiven: true, step: undefined, local }
}
