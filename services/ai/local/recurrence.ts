import { spansOf, type Span } from './span.ts'

const dayNames = 'mon(?:day)?s?|tue(?:s(?:day)?)?s?|wed(?:nesday)?s?|thu(?:r(?:s(?:day)?)?)?s?|fri(?:day)?s?|sat(?:urday)?s?|sun(?:day)?s?'
const monthNames = 'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?'
const ordinals: Readonly<Record<string, number>> = { first: 1, '1st': 1, second: 2, '2nd': 2, other: 2, third: 3, '3rd': 3, fourth: 4, '4th': 4, fifth: 5, '5th': 5, sixth: 6, '6th': 6, last: -1 }
const ordinal = Object.keys(ordinals).join('|')
const frequencies: Readonly<Record<string, string>> = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY', year: 'YEARLY' }
const adverbs: Readonly<Record<string, string>> = {
  daily: 'FREQ=DAILY', weekly: 'FREQ=WEEKLY', monthly: 'FREQ=MONTHLY', yearly: 'FREQ=YEARLY', annually: 'FREQ=YEARLY', quarterly: 'FREQ=MONTHLY;INTERVAL=3',
  biweekly: 'FREQ=WEEKLY;INTERVAL=2', fortnightly: 'FREQ=WEEKLY;INTERVAL=2',
}
const phrases: Readonly<Record<string, string>> = {
  'every weekday': 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'every workday': 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  'every working day': 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'every business day': 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'every weekend': 'FREQ=WEEKLY;BYDAY=SA,SU', 'every quarter': 'FREQ=MONTHLY;INTERVAL=3', 'every fortnight': 'FREQ=WEEKLY;INTERVAL=2',
}
// “The weekly report” comes once, and so does “a job that changed from weekly to daily”: an adverb stands at the start, or where nothing follows that it could describe.
const notAfter = String.raw`(?<!\b(?:the|an?|our|my|your|their|his|her|its|this|that|from|to|of|than|for|into)\s+)`
const notBefore = String.raw`(?=\s*(?:$|[),;:.!\u0001])|\s+(?:\d|(?:on|at|by|until|till|from|starting|beginning|before|after|between|during|in|to|with|for|today|tomorrow|${dayNames}|${monthNames})(?=$|\s)))`
const single = Object.keys(adverbs).join('|')
// “A tooltip for each month” is one tooltip.
const notFor = String.raw`(?<!\bfor\s+)(?!(?<=\bin\s+)each)`
const code = (day: string): string => day.slice(0, 2).toUpperCase()
const interval = (n: number): string => n > 1 ? `;INTERVAL=${n}` : ''
const week = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
/** “Friday to Monday” is four days. */
const between = (from: string, to: string): string => {
  const first = week.indexOf(code(from))
  return [...week, ...week].slice(first, first + (week.indexOf(code(to)) - first + 7) % 7 + 1).join(',')
}
const days = (list: string): string => [...new Set([...list.matchAll(new RegExp(String.raw`\b(?:${dayNames})\b`, 'giu'))].map(m => code(m[0])))].join(',')
const dayList = `(?:${dayNames})(?:(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+|\\s*&\\s*|\\s*/\\s*)(?:${dayNames}))*`

/** The patterns, the most telling first; each gives a rule of RFC 5545. */
const patterns: readonly { pattern: string; rule: (m: RegExpExecArray) => string | undefined }[] = [
  { // “every second Tuesday of the month”, “on the last Friday of each month”
    pattern: String.raw`(?:(?:on )?(?:every|each|the)\s+)?(${ordinal})\s+(${dayNames})\s+(?:of|in)\s+(?:the|every|each)\s+month`,
    rule: m => `FREQ=MONTHLY;BYDAY=${ordinals[m[1]!.toLowerCase()]}${code(m[2]!)}`,
  },
  { // “on the 15th of every month”, “every 15th”, “monthly on the 15th”
    pattern: String.raw`(?:(?:on )?(?:the )?(\d{1,2})(?:st|nd|rd|th) (?:day )?of (?:every|each) month|(?:every month|monthly|each month) on the (\d{1,2})(?:st|nd|rd|th)|every (\d{1,2})(?:st|nd|rd|th)(?: of the month)?(?! (?:${dayNames}|day|week|month|year)))`,
    rule: m => monthDay(Number(m[1] ?? m[2] ?? m[3])),
  },
  { pattern: String.raw`(?:on )?(?:the )?last day of (?:every|each|the) month`, rule: () => 'FREQ=MONTHLY;BYMONTHDAY=-1' },
  { // “every year on March 3”, “every 3 March”
    pattern: String.raw`(?:every year|yearly|annually|each year)\s+on\s+(?:the\s+)?(?:(${monthNames})\s+(\d{1,2})(?:st|nd|rd|th)?|(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(${monthNames}))`,
    rule: m => `FREQ=YEARLY;BYMONTH=${month(m[1] ?? m[4] ?? '')};BYMONTHDAY=${Number(m[2] ?? m[3])}`,
  },
  { // “every other week on Monday and Thursday”, “weekly on Fridays”, “every 2 weeks on Mon”
    pattern: String.raw`(?:every\s+(?:(${ordinal}|\d{1,2})\s+)?weeks?|weekly|each week|(biweekly|fortnightly))\s+on\s+(${dayList})`,
    rule: m => `FREQ=WEEKLY${interval(m[2] ? 2 : count(m[1]))};BYDAY=${days(m[3]!)}`,
  },
  { pattern: String.raw`(?:(?<=^[^\p{L}\p{N}]*)(?:${single})|${notAfter}(?:${single})${notBefore})`, rule: m => adverbs[m[0].toLowerCase()] },
  { pattern: `${notFor}(?:${Object.keys(phrases).join('|')})`, rule: m => phrases[m[0].toLowerCase()] },
  { // “every Monday to Friday”
    pattern: String.raw`(?:every|each)\s+(${dayNames})(?:\s+(?:to|through)\s+|\s*[-–]\s*)(${dayNames})`,
    rule: m => `FREQ=WEEKLY;BYDAY=${between(m[1]!, m[2]!)}`,
  },
  { // “every second Tuesday”, “every other Friday”, “every Monday, Wednesday and Friday”; the first and the last are those of a month
    pattern: String.raw`(?:every|each)\s+(?:(${ordinal})\s+)?(${dayList})`,
    rule: m => /^(?:first|1st|last)$/iu.test(m[1] ?? '') ? `FREQ=MONTHLY;BYDAY=${count(m[1])}${code(m[2]!)}` : `FREQ=WEEKLY${interval(count(m[1]))};BYDAY=${days(m[2]!)}`,
  },
  { // “every 3 days”, “every other month”, “every year”
    pattern: String.raw`${notFor}(?:every|each)\s+(?:(${ordinal}|\d{1,3})\s+)?(day|week|month|year)s?`,
    rule: m => `FREQ=${frequencies[m[2]!.toLowerCase()]}${interval(count(m[1]))}`,
  },
  { pattern: String.raw`on (mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays)`, rule: m => `FREQ=WEEKLY;BYDAY=${code(m[1]!)}` },
]
const count = (word: string | undefined): number => word === undefined ? 1 : ordinals[word.toLowerCase()] ?? Number(word)
const monthDay = (day: number): string | undefined => day >= 1 && day <= 31 ? `FREQ=MONTHLY;BYMONTHDAY=${day}` : undefined
const month = (name: string): number => ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].indexOf(name.slice(0, 3).toLowerCase()) + 1

/** The first phrase that says how often, with “5 times” or “for 5 occurrences” behind it. */
export const recurrence = (text: string): Span<'recurrence', string> | undefined => {
  for (const { pattern, rule } of patterns) {
    const [found] = spansOf(text, new RegExp(String.raw`(?:^|(?<=[\s(,;\u0001]))(?:${pattern})(?=$|[\s),;:.!\u0001])`, 'giu'), 'recurrence', rule)
    if (!found) continue
    const times = /^,?\s*(?:for\s+)?(\d{1,3})\s+(?:times|occurrences)\b/iu.exec(text.slice(found.end))
    return times ? { ...found, value: `${found.value};COUNT=${Number(times[1])}`, end: found.end + times[0].length } : found
  }
  return undefined
}
