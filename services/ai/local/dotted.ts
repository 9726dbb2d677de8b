import type { ParsedResult, Parser, Refiner } from 'chrono-node'

const mark = 'dotted'
const pattern = /(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})?(?=$|[\s),;:.!\u0001–-])(?!\.\d)/u

/** 3.4.2026, and 3.4.26 and 3.4. where the words before ask for a day, as `asked` says: elsewhere those are versions and chapters. */
export const dayFirst = (asked: (before: string) => boolean): Parser => ({
  pattern: () => pattern,
  extract: (context, match) => {
    const [, day, month, year = ''] = match
    const before = context.text.slice(0, match.index)
    // Looked at here: the library cuts the text off before the place where it goes on.
    if (/[\p{L}\p{N}._-]$/u.test(before) || (year.length < 4 && !asked(before))) return null
    return context.createParsingComponents({ day: Number(day), month: Number(month), ...year !== '' && { year: Number(year.padStart(4, '20')) } }).addTag(mark)
  },
})

/** “03.04.” of a date is no time of day. */
export const datesOnly: Refiner = {
  refine: (_, results) => {
    const dotted = results.filter(result => result.tags().has(mark))
    return results.filter(one => dotted.includes(one) || !dotted.some(d => one.index < d.index + d.text.length && d.index < one.index + one.text.length))
  },
}

/** The library’s own reading of dots is that of slashes. */
export const monthFirst = (result: ParsedResult): boolean => result.tags().has('parser/SlashDateFormatParser') && result.text.includes('.')
