import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import { Refused } from '../../shared/kit/decider.ts'
import { nextOccurrence } from './occurrences.ts'
import type { Fields } from './task-state.ts'

const list = (one: string): RegExp => new RegExp(`^${one}(,${one})*$`)
const signed = (one: string): RegExp => list(`[+-]?${one}`)
// The library passes over parts and values that it does not know; a user wants to hear of them.
const parts: Readonly<Record<string, RegExp>> = {
  FREQ: /^(HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d{0,3}$/, COUNT: /^[1-9]\d{0,4}$/, UNTIL: /^\d{8}(T\d{6}Z)?$/, WKST: /^(MO|TU|WE|TH|FR|SA|SU)$/,
  BYDAY: list('([+-]?[1-5]?\\d)?(MO|TU|WE|TH|FR|SA|SU)'), BYWEEKNO: signed('([1-9]|[1-4]\\d|5[0-3])'),
  BYMONTH: list('([1-9]|1[0-2])'), BYMONTHDAY: signed('([1-9]|[12]\\d|3[01])'), BYYEARDAY: signed('[1-9]\\d{0,2}'),
  BYHOUR: list('(\\d|1\\d|2[0-3])'), BYMINUTE: list('[1-5]?\\d'), BYSECOND: list('[1-5]?\\d'), BYSETPOS: signed('[1-9]\\d{0,2}'),
}
const bad = (why: string): Refused => new Refused(
  'invalid', 'bad-recurrence', `The recurrence is not a rule of RFC 5545 that a task can follow: ${why}`,
  { errors: [{ path: 'recurrence', message: why }] },
)

/** What a rule counts from: without a due date from the start, without either from the day it was made. */
export const originOf = ({ dueAt, startAt }: Pick<Fields, 'dueAt' | 'startAt'>, createdAt: string): string => dueAt ?? startAt ?? createdAt

/** The time that lies as far before `to` as `at` before `from`, by the clock of a time zone. */
export const shifted = (at: string, from: string, to: string, zone = 'UTC'): string => {
  const clock = (time: string): Temporal.PlainDateTime => Temporal.Instant.from(time).toZonedDateTimeISO(zone).toPlainDateTime()
  const moved = new Date(clock(to).subtract(clock(at).until(clock(from))).toZonedDateTime(zone).epochMilliseconds).toISOString()
  // An hour that the change of the clocks leaves out would put it behind.
  return moved < to ? moved : to
}

/** The rule as it is stored, or a refusal. Whether it ever occurs depends on the task's dates. */
export const checkedRule = (text: string): string => {
  const rule = text.trim().toUpperCase().replace(/^RRULE:/, '')
  const named = rule.split(';').map(part => { const at = part.indexOf('='); return { name: part.slice(0, at), value: part.slice(at + 1) } })
  for (const { name, value } of named) {
    if (!Object.hasOwn(parts, name) || !parts[name]?.test(value))
      throw bad(`${name || 'an empty part'} is not a part with a value it can have; a rule looks like FREQ=WEEKLY;BYDAY=MO`)
  }
  if (!named.some(({ name }) => name === 'FREQ')) throw bad('FREQ is missing')
  if (new Set(named.map(({ name }) => name)).size < named.length) throw bad('a part stands there twice')
  try {
    void new RRuleTemporal({ rruleString: rule, dtstart: Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO('UTC') })
  } catch (error) {
    throw bad(error instanceof Error ? error.message : 'it cannot be read')
  }
  return rule
}

/**
 * Refuses a rule that leads nowhere from the task's own date. One that has come to its COUNT or UNTIL stays:
 * the last task of a series is changed like any other.
 */
export const demandNext = (fields: Fields, createdAt: string): void => {
  if (fields.recurrence === null) return
  const from = originOf(fields, createdAt)
  try {
    nextOccurrence(fields.recurrence, from, from, fields.timezone ?? 'UTC')
  } catch {
    throw bad(`counted from ${from}, it has no next date before the year 2200`)
  }
}
