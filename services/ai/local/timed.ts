import type { ParsedComponents } from 'chrono-node'

const partOfDay = /^casualReference\/(?:morning|afternoon|evening|noon|midnight|tonight|night)/u

/** Whether a time of day was said, as an hour or as a part of the day; the library gives noon to a day alone. */
export const timed = (c: ParsedComponents): boolean => c.isCertain('hour') || [...c.tags()].some(tag => partOfDay.test(tag))
