import { casual, type Chrono, type Refiner } from 'chrono-node'
import { datesOnly, dayFirst } from './dotted.ts'
import { nextOfItsName } from './forward.ts'
import { hoursOnly } from './hours.ts'
import { leadOf } from './lead.ts'
import { zonesOnly } from './zones.ts'

const asksForDay = (before: string): boolean => /\b(?:by|until|till|due|on)\b/iu.test(leadOf(before, before.length))

/** The library gives out its refiners without their classes: only the name tells them apart. */
const replace = (chrono: Chrono, name: string, by: (library: Refiner) => Refiner): void => {
  const index = chrono.refiners.findIndex(refiner => refiner.constructor.name === name)
  const found = chrono.refiners[index]
  if (!found) throw new Error(`chrono-node has no ${name} any more`)
  chrono.refiners[index] = by(found)
}

const own = (): Chrono => {
  const chrono = casual.clone()
  chrono.parsers.unshift(dayFirst(asksForDay))
  replace(chrono, 'ForwardDateRefiner', () => nextOfItsName)
  replace(chrono, 'ExtractTimezoneAbbrRefiner', zonesOnly)
  // Before the library puts days and hours together.
  chrono.refiners.unshift(datesOnly, hoursOnly)
  return chrono
}

/** The library that finds dates, to which a date with dots begins with its day, a bare number is seldom an hour and a word no time zone. */
export const library = own()
