import type { ParsingComponents, ReferenceWithTimezone, Refiner } from 'chrono-node'
import { timed } from './timed.ts'

const moved = (c: ParsingComponents, days: number): Date =>
  new Date(Date.UTC(c.get('year') ?? 0, (c.get('month') ?? 1) - 1, (c.get('day') ?? 1) + days))

/** A time of day is over as an instant, a day alone when the speaker's next one has begun. */
const isOver = (c: ParsingComponents, reference: ReferenceWithTimezone): boolean => timed(c)
  ? c.date() < reference.instant
  : moved(c, 1).getTime() - reference.getTimezoneOffset() * 60_000 <= reference.instant.getTime()

const move = (c: ParsingComponents, days: number): void => {
  const to = moved(c, days)
  c.imply('day', to.getUTCDate()).imply('month', to.getUTCMonth() + 1).imply('year', to.getUTCFullYear())
}
const nextYear = (c: ParsingComponents): void => { c.imply('year', (c.get('year') ?? 0) + 1) }

/**
 * What was said without a year, a date or a day is the next of that name: “3 March”, “Friday”, “at 9:00”. The library does so too, but
 * compares the clock of the speaker with that of the server, and takes a day alone to be over at noon.
 */
export const nextOfItsName: Refiner = {
  refine: ({ reference }, results) => {
    for (const { start, end } of results) {
      if (!isOver(start, reference)) continue
      const both = end ? [start, end] : [start]
      if (start.isOnlyWeekdayComponent()) for (const c of both) move(c, 7)
      else if (start.isDateWithUnknownYear()) for (const c of both) nextYear(c)
      else if (start.isOnlyTime() && timed(start)) for (const c of both) move(c, 1)
    }
    return results
  },
}
