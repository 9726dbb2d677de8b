import { casual, type Chrono } from 'chrono-node'
import { datesOnly, dayFirst } from './dotted.ts'
import { hoursOnly } from './hours.ts'
import { leadOf } from './lead.ts'

const asksForDay = (before: string): boolean => /\b(?:by|until|till|due|on)\b/iu.test(leadOf(before, before.length))

const own = (): Chrono => {
  const chrono = casual.clone()
  chrono.parsers.unshift(dayFirst(asksForDay))
  // Before the library puts days and hours together.
  chrono.refiners.unshift(datesOnly, hoursOnly)
  return chrono
}

/** The library that finds dates, to which a date with dots begins with its day and a bare number is seldom an hour. */
export const library = own()
