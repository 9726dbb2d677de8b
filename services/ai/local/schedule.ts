import { Temporal } from 'temporal-polyfill'
import type { ProposedTask } from '../../shared/contracts/ai/http.ts'
import type { FoundDate, Now } from './dates.ts'
import { firstOccurrence } from './first-occurrence.ts'
import type { Span } from './span.ts'

export type Schedule = Pick<ProposedTask, 'startAt' | 'dueAt' | 'recurrence'> & { spans: Span[] }

/** What the times of a sentence mean for a task: “from … to …” is start and due, “starting …” a start, “until …” the end of a repetition, all else is due. */
export const schedule = (found: readonly FoundDate[], rule: string | null, now: Now): Schedule => {
  const until = rule === null ? undefined : found.find(d => /until|till/iu.test(d.lead))
  const range = found.find(d => d.to !== undefined)
  const start = range ?? found.find(d => d !== until && /start|begin|from|as of/iu.test(d.lead))
  const due = found.find(d => d !== until && d !== start) ?? range
  const repeated = rule === null ? null : until ? `${rule};UNTIL=${stamp(until.from)}` : rule
  const bare = due && !due.dateGiven && due.to === undefined ? due : undefined
  const first = rule === null || (due !== undefined && bare === undefined) ? undefined : nextTime(rule, start, bare, now)
  return {
    startAt: start ? iso(startOf(start, now)) : null,
    dueAt: first ?? (due ? iso(due === range ? due.to ?? due.from : due.from) : null),
    recurrence: repeated,
    spans: [
      ...start ? [span('startAt', start)] : [], ...due ? [span('dueAt', due)] : [], ...until ? [span('recurrence', until)] : [],
    ],
  }
}

const span = (field: 'startAt' | 'dueAt' | 'recurrence', d: FoundDate): Span => ({ field, value: d.from.toString(), start: d.start, end: d.end })
const iso = (instant: Temporal.Instant): string => new Date(instant.epochMilliseconds).toISOString()
const stamp = (instant: Temporal.Instant): string => iso(instant).replaceAll(/[-:]|\.\d+/g, '')
/** A start without a time of day is the day's beginning. */
const startOf = (d: FoundDate, now: Now): Temporal.Instant => d.day ? d.local.toPlainDate().toZonedDateTime(now.timezone).toInstant() : d.from

/** A repeated task without a date is due when its rule first holds: at the time of day that was said, or by the end of that day. */
const nextTime = (rule: string, start: FoundDate | undefined, at: FoundDate | undefined, now: Now): string | null => {
  const from = (start ? startOf(start, now) : Temporal.Instant.from(now.at)).toZonedDateTimeISO(now.timezone)
  // The interval counts from the first time, which is the next one there is.
  const first = firstOccurrence(rule.replace(/;INTERVAL=\d+/, ''), from, at?.local.toPlainTime() ?? new Temporal.PlainTime(23, 59))
  return first ? iso(first.toInstant()) : null
}
