import { Meridiem, type ParsedResult, type ParsingContext, type ParsingResult, type Refiner } from 'chrono-node'

type Found = { index: number; text: string }
const endOf = (found: Found): number => found.index + found.text.length

const connected = String.raw`\s*(?:[-–~〜?]|to|until|through|till)\s*`
const bare = new RegExp(String.raw`^(?:(?:at|from)\s*)?\d{1,4}(?:\.\d{1,2})?(?:${connected}\d{1,4}(?:\.\d{1,2})?)?$`, 'iu')
// “From 3 to 5” after these is a change of a figure, and “at 8” after those the figure itself.
const growing = 'increas|decreas|rais|reduc|lower|bump|scal|grow|shrink|resiz|extend|shorten|cut|drop'
const replacing = 'upgrad|downgrad|updat|migrat|chang|switch|mov|set'
const changes = new RegExp(String.raw`\b(?:${growing}|${replacing})(?:e|es|ed|ing|s)?\b(?! up)`, 'iu')
const settles = /\b(?:cap|limit|freez|keep|pin|clamp|throttl|set|peg)(?:e|es|ed|ing|s|ped|ned)?\b(?! up)/iu
/** Nothing follows that the number could count: “at 5 items”. */
const closes = /^\s*(?:$|[),;:.!?\u0001]|(?:with|about|in|on|via|for)\b)/iu
const partBefore = /\b(?:morning|afternoon|evening|night)\s*,?\s*$/iu
const partAfter = /^\s*this\s+(?:morning|afternoon|evening)\b/iu
const elsewhere = /^\s*(?:and|or|,|&|\/)\s*\d|^\s+tomorrow\s+(?:morning|afternoon|evening|night)\b/iu

const isDay = (one: ParsedResult): boolean => (one.start.isCertain('day') || one.start.isCertain('weekday')) && !one.start.isCertain('hour')

/**
 * Whether a number without “:” or “am” is an hour; 1 to 6 may be those of the night or of the afternoon, unless the part of the day is said.
 * Which list wins:
 * - What can be no hour, or has another time behind it (`elsewhere`), never is one.
 * - A day right before it wins over every verb; a range also needs `closes`: “on Friday from 8 to 12 nodes” is none.
 * - A day right behind it, or the part of one, makes “at” an hour after every verb: “set a meeting at 10 on Friday”, “increase the limit
 *   at 10 on Friday”. Over “from” and a range `changes` wins: “increase it from 8 to 12 tomorrow” is a figure.
 * - Without a day only “at” makes an hour, and `settles` wins over `closes`: “meet Bo at 10.” is an hour, “keep it at 10.” a figure.
 */
const isHour = (text: string, time: Found, days: readonly Found[]): boolean => {
  const before = text.slice(0, time.index)
  const after = text.slice(endOf(time))
  const said = [...time.text.matchAll(/(?<![\d.])\d+/gu)].map(m => m[0])
  const known = partBefore.test(before) || partAfter.test(after) ? /^\d$|^[01]\d$|^2[0-4]$/u : /^[7-9]$|^[01]\d$|^2[0-4]$/u
  if (!said.every(hour => known.test(hour)) || elsewhere.test(after)) return false
  // Words that say how often were read before, and stand there blanked out.
  const dayBefore = /\u0001\s*$/u.test(before) || days.some(d => endOf(d) <= time.index && /^[\s,]*$/u.test(text.slice(endOf(d), time.index)))
  const dayAfter = days.some(d => d.index >= endOf(time) && /^[\s,]*$/u.test(text.slice(endOf(time), d.index)))
  if (said.length > 1) return (dayBefore && closes.test(after)) || (dayAfter && !changes.test(before))
  if (/^at/iu.test(time.text)) return dayBefore || dayAfter || partAfter.test(after) || (closes.test(after) && !settles.test(before))
  if (/^from/iu.test(time.text)) return dayBefore || (dayAfter && !changes.test(before))
  return dayAfter && /\b(?:by|before|until|till|around)\s+$/iu.test(before)
}

/** The library takes “night at 2:00” for the afternoon, and “8:00 in the evening” for the morning. */
const ofTheDay = (context: ParsingContext, time: ParsingResult): ParsingResult => {
  const hour = time.start.get('hour') ?? 0
  if (hour < 6 && /\bnight\s*,?\s*(?:at\s+)?$/iu.test(context.text.slice(0, time.index))) time.start.assign('meridiem', Meridiem.AM)
  const evening = /^\s+in the evening\b/iu.exec(context.text.slice(endOf(time)))
  if (!evening || time.end || hour < 1 || hour > 11 || time.start.isCertain('meridiem')) return time
  return context.createParsingResult(time.index, time.text + evening[0], time.start.assign('hour', hour + 12).assign('meridiem', Meridiem.PM))
}

/** In “10 June at 9 to 12 June” the library finds “9 to 12 June”: the 9 is an hour. */
const withoutHour = (context: ParsingContext, one: ParsingResult): ParsingResult => {
  if (!one.end || !/(?:\d:|\bat\s+)$/iu.test(context.text.slice(0, one.index))) return one
  const hour = new RegExp(String.raw`^\d{1,2}${connected}(?=\d)`, 'iu').exec(one.text)
  return hour ? context.createParsingResult(one.index + hour[0].length, one.text.slice(hour[0].length), one.end) : one
}

/** The library takes the article of “at 10:30 a call with Bo” for “am”. */
const withoutArticle = (context: ParsingContext, one: ParsingResult): ParsingResult => {
  const [, words, hour, minute] = /^(.*?(\d{1,2})(?::(\d{2}))?)\s+a$/isu.exec(one.text) ?? []
  if (words === undefined || one.end) return one
  const said = context.createParsingComponents({ hour: Number(hour), minute: Number(minute ?? 0) })
  return context.createParsingResult(one.index, words, said.addTags(one.start.tags()))
}

/**
 * Leaves out numbers that the library takes for hours: “from 3 to 5”, “at 5 items”, and the days of “from 10 June to 12 June”.
 * “Tomorrow after 5pm” gives the day only.
 */
export const hoursOnly: Refiner = {
  refine: (context, results) => {
    const { text } = context
    const found = results.map(one => isDay(one) ? withoutHour(context, one) : withoutArticle(context, one))
    const days = found.filter(isDay)
    return found.flatMap(one => {
      if (!one.tags().has('parser/ENTimeExpressionParser')) return [one]
      // “Print 3 p booklet”
      if (/^\d+\s+p$/iu.test(one.text)) return []
      if (/\b(?:after|since)\s+(?:the )?$/iu.test(text.slice(0, one.index))) return []
      const taken = days.find(d => d.index < endOf(one) && one.index < endOf(d))
      const words = taken ? one.text.slice(0, Math.max(0, taken.index - one.index)).replace(new RegExp(`${connected}$`, 'iu'), '').trimEnd() : one.text
      if (!/\d/u.test(words)) return []
      const time = ofTheDay(context, taken ? context.createParsingResult(one.index, words, one.start) : one)
      return !bare.test(time.text) || isHour(text, time, days) ? [time] : []
    })
  },
}
