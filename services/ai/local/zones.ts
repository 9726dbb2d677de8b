import type { Refiner } from 'chrono-node'

const behind = /^\s*,?\s*\(?([A-Z]{2,4})(?![\p{L}\p{N}_])/iu
// Other abbreviations are words as well: “at 5pm get the kids”, “Friday 18:00 art class”, “10:00 east wing”.
const noWord = /^(?:utc|gmt|[ecmpa][sd]t|bst|ist|jst|msk|c?est|eest|[ce]et|ae[sd]t|nz[sd]t)$/iu

/** Lets the library’s own refiner see only such time zones as a person would take for one: in capitals, or those that are no word. */
export const zonesOnly = (library: Refiner): Refiner => ({
  refine: (context, results) => results.flatMap(one => {
    const zone = behind.exec(context.text.slice(one.index + one.text.length))?.[1] ?? ''
    const stands = zone === zone.toUpperCase() && /\p{Ll}/u.test(context.text)
    return noWord.test(zone) || stands ? library.refine(context, [one]) : [one]
  }),
})
