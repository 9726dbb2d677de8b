import { Temporal } from 'temporal-polyfill'
import type { ProposedTask } from '../../shared/contracts/ai/http.ts'
import { firstOccurrence } from './first-occurrence.ts'
import type { FoundDate, Now } from './found-date.ts'
import { reachable } from './reach.ts'
import type { Span } from './span.ts'

export type Schedule = Pick<ProposedTask, 'startAt' | 'dueAt' | 'recurrence'> & { spans: Span[] }

/**
 * What the times of a sentence mean for a task: “from … to …” and “on … and finish by …” are start and due, “starting …” a start,
 * “until …” the end of a repetition, all else is due.
 */
export const schedule = (named: readonly FoundDate[], rule: string | null, now: Now): Schedule => {
  // “Every day from Monday to Friday” may mean this week or each, “every week from 1 May to 1 July at 9:00” may mean each time or the end.
  const found = rule === null ? named : named.filter(d => d.to === undefined || (d.step !== 7 && (d.toDay || !d.day)))
  const range = found.find(d => d.to !== undefined)
  // “Every week from 1 May to 1 July” and “daily at 9 until Friday” end then, “every day from 9:00 to 10:00” does not.
  const until = rule === null ? undefined : found.find(d => d === range ? d.toDay : /until|till/iu.test(d.lead))
  const hours = range && range !== until ? range : undefined
  const finish = found.find(d => d !== range && d !== until && /\b(?:finish|end|complet)/iu.test(d.lead))
  const begun = finish && found.find(d => d.start < finish.start && !/by|before|till?|due|deadline|than/iu.test(d.lead))
  const start = hours ?? (range?.dateGiven ? range : undefined) ?? found.find(d => d !== until && /start|begin|from|as of/iu.test(d.lead)) ?? begun
  // “Read John 3:16 by Friday” is due on Friday.
  const ends = found.filter(d => d !== until && d !== start)
  const due = finish ?? ends.find(d => /\b(?:by|within|before|until|till|due|deadline|than)\b/iu.test(d.lead)) ?? ends[0] ?? hours
  const time = [due, until].find(d => d && !d.dateGiven)
  const repeated = rule !== null && until ? `${rule};UNTIL=${stamp(until.to ?? until.from)}` : rule
  const first = rule === null || (due && due !== time) ? undefined : nextTime(rule, time && time === hours ? undefined : start, time, now)
  // The day of a reachable instant can begin before 1970, and what comes after a start can come after 2199.
  const startAt = reachable(first && time && time === hours ? first : start && startOf(start, now))
  const dueAt = reachable(first
    ? first.add({ milliseconds: time === hours ? lengthOf(hours) : 0 })
    : due && (due === hours ? due.to ?? due.from : afterStart(startAt, due, now)))
  return {
    startAt: startAt ? iso(startAt) : null,
    dueAt: dueAt ? iso(dueAt) : null,
    recurrence: repeated,
    spans: [
      ...start && startAt ? [span('startAt', start)] : [], ...due && dueAt ? [span('dueAt', due)] : [], ...until ? [span('recurrence', until)] : [],
    ],
  }
}

const lengthOf = (d: FoundDate | undefined): number => d?.to ? d.to.epochMilliseconds - d.from.epochMilliseconds : 0
const span = (field: 'startAt' | 'dueAt' | 'recurrence', d: FoundDate): Span => ({ field, value: d.from.toString(), start: d.start, end: d.end })
const iso = (instant: Temporal.Instant): string => new Date(instant.epochMilliseconds).toISOString()
const stamp = (instant: Temporal.Instant): string => iso(instant).replaceAll(/[-:]|\.\d+/g, '')
/** A start without a time of day is the day's beginning. */
const startOf = (d: FoundDate, now: Now): Temporal.Instant => d.day ? d.local.toPlainDate().toZonedDateTime(now.timezone).toInstant() : d.from

/** “Friday” and “5pm” are the first ones after the start; a date stays what was said. */
const afterStart = (start: Temporal.Instant | undefined, { from, step }: FoundDate, { timezone }: Now): Temporal.Instant => {
  if (start === undefined || step === undefined || Temporal.Instant.compare(from, start) >= 0) return from
  const due = from.toZonedDateTimeISO(timezone)
  const behind = due.toPlainDate().until(start.toZonedDateTimeISO(timezone).toPlainDate()).days
  const moved = due.add({ days: Math.ceil(behind / step) * step })
  return (Temporal.Instant.compare(moved.toInstant(), start) < 0 ? moved.add({ days: step }) : moved).toInstant()
}

/**
 * A repeated task without a date is due when its rule first holds: at the time of day that was said, or by the end of that day;
 * undefined when it never holds.
 */
const nextTime = (rule: string, start: FoundDate | undefined, at: FoundDate | undefined, now: Now): Temporal.Instant | undefined => {
  const from = (start ? startOf(start, now) : Temporal.Instant.from(now.at)).toZonedDateTimeISO(now.timezone)
  // The interval counts from the first time, which is the next one there is.
  return firstOccurrence(rule.replace(/;INTERVAL=\d+/, ''), from, at?.local.toPlainTime() ?? new Temporal.PlainTime(23, 59))?.toInstant()
}
