import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'

// Rules come from users: a small budget ends those that never occur.
const budget = { maxIterations: 2_000, maxCandidateEvaluations: 50_000 }
// What has passed of a COUNT is gone through date by date.
const countBudget = { maxIterations: 5_000, maxCandidateEvaluations: 5_000 }

// The end of the times that a task can have.
const END = Date.UTC(2200, 0)
const HOUR = 3_600_000
const DAY = 24 * HOUR
const lengths: Readonly<Record<string, number>> = { HOURLY: HOUR, DAILY: DAY, WEEKLY: 7 * DAY }
const choosing = /^BY/

type Parts = ReadonlyMap<string, string>
/** A date of a rule, and the rule that a task of that date carries for those to come. */
export type Occurrence = { at: string; rule: string }

const partsOf = (rule: string): Map<string, string> =>
  new Map(rule.split(';').map(part => { const at = part.indexOf('='); return [part.slice(0, at), part.slice(at + 1)] as const }))
const textOf = (parts: Parts): string => [...parts].map(([name, value]) => `${name}=${value}`).join(';')

/**
 * The first occurrence after `after` of a rule that began at `start`, by the days and clock of a time zone; undefined when it has ended.
 * The start is the first of a COUNT, and a time that a change of the clocks leaves out is meant by the offset from before (RFC 5545, 3.3.10 and 3.3.5).
 * Throws when it never comes, or not in the times that a task can have.
 */
export const nextOccurrence = (rule: string, start: string, after: string, zone = 'UTC'): Occurrence | undefined => {
  const parts = partsOf(rule)
  const count = parts.get('COUNT')
  if (count !== undefined && Number(count) <= 1) return undefined
  const until = parts.get('UNTIL')
  const last = until?.endsWith('Z') ? Temporal.Instant.from(until).epochMilliseconds : Infinity
  const begun = clockOf(start, zone)
  const endless = endlessOf(parts, last)
  const found = firstAfter(new RRuleTemporal({ rruleString: endless, dtstart: begun, ...budget }), after, zone)
  if (!found || found.at.epochMilliseconds > last) return undefined
  if (found.at.epochMilliseconds >= END) throw new RangeError('The next occurrence lies beyond the year 2199')
  if (count !== undefined) {
    const left = Number(count) - 1 - datesBetween(endless, parts, begun, found.clock)
    if (left < 1) return undefined
    parts.set('COUNT', String(left))
  }
  return { at: new Date(found.at.epochMilliseconds).toISOString(), rule: textOf(keptToClock(parts, begun, found, zone)) }
}

/** What the clock on the wall shows, as if it were UTC: there no hour is left out, and none comes twice. */
const clockOf = (time: string, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.from(time).toZonedDateTimeISO(zone).toPlainDateTime().toZonedDateTime('UTC')

/** The rule without its COUNT; an instant that ends it becomes a bound by the clock, a day too late in any zone. */
const endlessOf = (parts: Parts, last: number): string => {
  const rest = new Map([...parts].filter(([name]) => name !== 'COUNT'))
  // The library reads years of four digits.
  if (last < Infinity) rest.set('UNTIL', new Date(Math.min(last, END) + DAY).toISOString().replace(/[-:]|\.\d+/g, ''))
  return textOf(rest)
}

type Found = { clock: Temporal.ZonedDateTime; at: Temporal.ZonedDateTime }
/** The first date of a rule by the clock whose instant lies after `after`. */
const firstAfter = (dates: RRuleTemporal<Temporal.ZonedDateTime>, after: string, zone: string): Found | undefined => {
  const now = Temporal.Instant.from(after).toZonedDateTimeISO(zone)
  const ms = ({ offsetNanoseconds }: Temporal.ZonedDateTime): number => offsetNanoseconds / 1e6
  // Times of the hour that was left out today lie ahead, though the clock is past them.
  let from = now.epochMilliseconds + Math.min(ms(now), ms(now.subtract({ hours: 24 })))
  for (;;) {
    const clock = dates.next(new Date(from))
    if (clock === null) return undefined
    const at = clock.toPlainDateTime().toZonedDateTime(zone)
    if (at.epochMilliseconds > now.epochMilliseconds) return { clock, at }
    // It has passed, and so has what the clock shows until then, or until it is set back.
    const change = at.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity
    from = Math.min(now.epochMilliseconds, change - 1) + ms(at)
  }
}

/** How many dates lie between the two; 0 where that takes too long to count: rather too many tasks than a series that stops. */
const datesBetween = (rule: string, parts: Parts, start: Temporal.ZonedDateTime, end: Temporal.ZonedDateTime): number => {
  const length = lengths[parts.get('FREQ') ?? '']
  if (length !== undefined && ![...parts.keys()].some(name => choosing.test(name)))
    return Math.round((end.epochMilliseconds - start.epochMilliseconds) / (length * Number(parts.get('INTERVAL') ?? 1))) - 1
  try {
    return new RRuleTemporal({ rruleString: rule, dtstart: start, ...countBudget })
      .between(new Date(start.epochMilliseconds), new Date(end.epochMilliseconds)).length
  } catch {
    return 0
  }
}

/**
 * The rule with the time of day that was meant, where the change of the clocks has moved this one: the next ones count from the date that it got.
 * The first one that is back at its own time needs it no more.
 */
const keptToClock = (parts: Parts, begun: Temporal.ZonedDateTime, { clock, at }: Found, zone: string): Parts => {
  const kept = new Map(parts)
  const hourly = kept.get('FREQ') === 'HOURLY'
  // Only what a change of the clocks has added is taken away again, not what the user said of a task that is due at another time.
  const meantThen = begun.toPlainDateTime().with({ minute: clock.minute, ...(hourly ? {} : { hour: clock.hour }) }).toZonedDateTime(zone)
  const wasMoved = meantThen.toPlainDateTime().equals(begun.toPlainDateTime())
  const keep = (name: string, unit: 'hour' | 'minute'): void => {
    const meant = String(clock[unit])
    if (clock[unit] !== at[unit]) kept.set(name, kept.get(name) ?? meant)
    else if (wasMoved && begun[unit] !== at[unit] && kept.get(name) === meant) kept.delete(name)
  }
  if (!hourly) keep('BYHOUR', 'hour')
  keep('BYMINUTE', 'minute')
  return kept
}
