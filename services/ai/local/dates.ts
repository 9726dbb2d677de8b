import type { ParsedComponents, ParsedResult } from 'chrono-node'
import { Temporal } from 'temporal-polyfill'
import { monthFirst, withDotted } from './dotted.ts'

/** When the sentence was said, and where the speaker is. */
export type Now = { at: string; timezone: string }
/** Words that name a time: `lead` is the preposition that belongs to them, `day` says that no time of day was given. */
export type FoundDate = { lead: string; start: number; end: number; from: Temporal.Instant; to: Temporal.Instant | undefined; day: boolean; dateGiven: boolean; local: Temporal.PlainDateTime }

const leads = String.raw`(?:(?:is |are )?due(?: date)?(?: is)?:?\s+)?(?:by|on|at|in|next|before|until|till|for|from|as of|no later than|not later than|starting(?: on| from| at)?|starts?(?: on| at)?|begin(?:s|ning)?(?: on| at)?|deadline(?: is)?:?|due(?: date)?(?: is)?:?)\s+(?:the )?$`
const abbreviated = /^(?:mon|tue|wed|thu|fri|sat|sun|morning|afternoon|evening|night|noon|midday|midnight)\.?$/iu
const monthAlone = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december)\.?(?:,? \d{4})?$/iu
const ownWords = new RegExp(String.raw`(?<=^|[\s(,;\u0001])(?:(eod|end of (?:the )?(?:business )?day|close of business|cob)|(eow|end of (?:the |this )?(?:working )?week))(?=$|[\s),;:.!\u0001])`, 'giu')

/** All times that the text names, in its order. */
export const dates = (text: string, now: Now): FoundDate[] => {
  const here = Temporal.Instant.from(now.at).toZonedDateTimeISO(now.timezone)
  const reference = { instant: new Date(now.at), timezone: here.offsetNanoseconds / 60e9 }
  const parsed = library.parse(text, reference, { forwardDate: true }).flatMap(result => meant(text, result) ? [read(text, result, here)] : [])
  const own = [...text.matchAll(ownWords)].flatMap(m => parsed.some(p => p.start <= m.index && m.index < p.end) ? [] : [endOf(text, m, here, m[1] !== undefined)])
  return [...parsed, ...own].filter(d => inReach(d, here)).toSorted((a, b) => a.start - b.start)
}

const dateParts = ['day', 'weekday', 'month'] as const
const leadOf = (text: string, index: number): string => new RegExp(`(?<=^|[\\s(,;:\\u0001])${leads}`, 'iu').exec(text.slice(0, index))?.[0] ?? ''
const library = withDotted(before => /\b(?:by|until|till|due|on)\b/iu.test(leadOf(before, before.length)))

/** chrono finds dates in “24/7”, “2000s”, “march plan”, “invoices for March” and “for 2 hours”: a human would not. “Since Monday” tells of the past. */
const meant = (text: string, result: ParsedResult): boolean => {
  const before = text.slice(0, result.index)
  const lead = leadOf(text, result.index)
  const led = lead !== '' || /\bthis\s+$/iu.test(before)
  if (/\bsince\s+(?:the )?$/iu.test(before) || monthFirst(result)) return false
  if (monthAlone.test(result.text)) return /\b(?:by|until|till|before|than|due|deadline|in|next|start|begin)/iu.test(lead)
  if (abbreviated.test(result.text)) return led
  if (/^\d{1,2}\/\d{1,2}$/u.test(result.text)) return led
  if (result.tags().has('result/relativeDate') && /^(?:for |about |~)?(?:\d|an? |half)/iu.test(result.text)) return /(?:later|from now|from today)$/iu.test(result.text)
  return !/^\d+$/u.test(result.text)
}

const read = (text: string, result: ParsedResult, here: Temporal.ZonedDateTime): FoundDate => {
  const lead = leadOf(text, result.index)
  const day = !timed(result.start)
  const dateGiven = dateParts.some(part => result.start.isCertain(part)) || !result.start.isCertain('hour')
  const end = result.end ? instantOf(result.end, here, !timed(result.end)) : undefined
  return { lead, start: result.index - lead.length, end: result.index + result.text.length, from: instantOf(result.start, here, day), to: end, day, dateGiven, local: plain(result.start, false) }
}

const timed = (c: ParsedComponents): boolean => c.isCertain('hour') || [...c.tags()].some(tag => /^casualReference\/(?:morning|afternoon|evening|noon|midnight|tonight|night)/u.test(tag))

/** A day alone lasts until its end: what is due on Friday is late on Saturday. */
const plain = (c: ParsedComponents, day: boolean): Temporal.PlainDateTime => {
  const date = Temporal.PlainDate.from({ year: c.get('year') ?? 0, month: c.get('month') ?? 1, day: c.get('day') ?? 1 })
  return day ? date.toPlainDateTime({ hour: 23, minute: 59 }) : date.toPlainDateTime({ hour: c.get('hour') ?? 0, minute: c.get('minute') ?? 0, second: c.get('second') ?? 0 })
}

/** The speaker's wall clock; in the hour that the clocks skip, an hour later; where an offset was spoken, that offset. */
const instantOf = (c: ParsedComponents, here: Temporal.ZonedDateTime, day: boolean): Temporal.Instant => {
  const offset = c.get('timezoneOffset')
  if (!day && offset !== null && c.isCertain('timezoneOffset')) return Temporal.Instant.fromEpochMilliseconds(c.date().getTime())
  return plain(c, day).toZonedDateTime(here.timeZoneId, { disambiguation: 'compatible' }).toInstant()
}

const endOf = (text: string, m: RegExpExecArray, here: Temporal.ZonedDateTime, ofDay: boolean): FoundDate => {
  const lead = leadOf(text, m.index)
  const date = ofDay ? here.toPlainDate() : here.toPlainDate().add({ days: (12 - here.dayOfWeek) % 7 })
  const local = date.toPlainDateTime({ hour: 23, minute: 59 })
  return { lead, start: m.index - lead.length, end: m.index + m[0].length, from: local.toZonedDateTime(here.timeZoneId).toInstant(), to: undefined, day: true, dateGiven: true, local }
}

/** “What broke yesterday” names no due date. */
const inReach = (d: FoundDate, here: Temporal.ZonedDateTime): boolean =>
  (Temporal.Instant.compare(d.to ?? d.from, here.toInstant()) >= 0 || /due|by|deadline|start/iu.test(d.lead)) && d.from.epochMilliseconds > 0 && (d.to ?? d.from).toString() < '2200'
