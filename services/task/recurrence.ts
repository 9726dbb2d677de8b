import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import { Refused } from '../shared/kit/decider.ts'

// Rules come from users: a small budget ends those that never occur.
const budget = { maxIterations: 2_000, maxCandidateEvaluations: 50_000 }

const list = (one: string): RegExp => new RegExp(`^${one}(,${one})*$`)
const signed = (one: string): RegExp => list(`[+-]?${one}`)
// The library passes over parts and values that it does not know; a user wants to hear of them.
const parts: Readonly<Record<string, RegExp>> = {
  FREQ: /^(HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/, INTERVAL: /^[1-9]\d{0,3}$/, COUNT: /^[1-9]\d{0,4}$/, UNTIL: /^\d{8}(T\d{6}Z)?$/, WKST: /^(MO|TU|WE|TH|FR|SA|SU)$/,
  BYDAY: list('([+-]?[1-5]?\\d)?(MO|TU|WE|TH|FR|SA|SU)'), BYMONTH: list('([1-9]|1[0-2])'), BYMONTHDAY: signed('([1-9]|[12]\\d|3[01])'), BYYEARDAY: signed('[1-9]\\d{0,2}'),
  BYWEEKNO: signed('([1-9]|[1-4]\\d|5[0-3])'), BYHOUR: list('(\\d|1\\d|2[0-3])'), BYMINUTE: list('[1-5]?\\d'), BYSECOND: list('[1-5]?\\d'), BYSETPOS: signed('[1-9]\\d{0,2}'),
}
const bad = (why: string): Refused => new Refused('invalid', 'bad-recurrence', `The recurrence is not a rule of RFC 5545 that a task can follow: ${why}`, { errors: [{ path: 'recurrence', message: why }] })

/** The first occurrence after `after` of a rule that began at `start`; undefined when it has ended. */
export const nextOccurrence = (rule: string, start: string, after: string): string | undefined => {
  const dtstart = Temporal.Instant.from(start).toZonedDateTimeISO('UTC')
  const next = new RRuleTemporal({ rruleString: rule, dtstart, ...budget }).next(new Date(after))
  return next === null ? undefined : new Date(next.epochMilliseconds).toISOString()
}

/** The rule that the next occurrence carries: one less to come. */
export const restOf = (rule: string): string => rule.replace(/(^|;)COUNT=(\d+)/, (_, before: string, count: string) => `${before}COUNT=${Number(count) - 1}`)

/** The rule as it is stored, or a refusal. */
export const checkedRule = (text: string): string => {
  const rule = text.trim().toUpperCase().replace(/^RRULE:/, '')
  const named = rule.split(';').map(part => { const at = part.indexOf('='); return { name: part.slice(0, at), value: part.slice(at + 1) } })
  for (const { name, value } of named)
    if (!Object.hasOwn(parts, name) || !parts[name]?.test(value)) throw bad(`${name || 'an empty part'} is not a part with a value it can have; a rule looks like FREQ=WEEKLY;BYDAY=MO`)
  if (!named.some(({ name }) => name === 'FREQ')) throw bad('FREQ is missing')
  if (new Set(named.map(({ name }) => name)).size < named.length) throw bad('a part stands there twice')
  try {
    nextOccurrence(rule, '2024-01-01T00:00:00.000Z', '2024-01-01T00:00:00.000Z')
  } catch (error) {
    throw bad(error instanceof Error ? error.message : 'it cannot be read')
  }
  return rule
}
