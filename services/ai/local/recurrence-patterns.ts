/** What a match of a pattern says of the rule; undefined when it makes none. */
export type Rule = (m: RegExpExecArray) => string | undefined

// Each name in one way only: two would double the ways to read a list of days, and with them the time.
const dayNames = 'mon(?:s|days?)?|tue(?:s|sdays?)?|wed(?:s|nesdays?)?|thu(?:rs?|rsdays?)?|fri(?:s|days?)?|sat(?:s|urdays?)?|sun(?:s|days?)?'
const monthNames = 'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?'
const ordinals: Readonly<Record<string, number>> = {
  first: 1, '1st': 1, second: 2, '2nd': 2, other: 2, third: 3, '3rd': 3, fourth: 4, '4th': 4, fifth: 5, '5th': 5,
  sixth: 6, '6th': 6, seventh: 7, eighth: 8, ninth: 9, tenth: 10, last: -1,
}
const ordinal = Object.keys(ordinals).join('|')
const numbers: Readonly<Record<string, number>> = { two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12 }
const often = String.raw`${ordinal}|${Object.keys(numbers).join('|')}|\d{1,3}`
const frequencies: Readonly<Record<string, string>> = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY', year: 'YEARLY' }
const adverbs: Readonly<Record<string, string>> = {
  daily: 'FREQ=DAILY', weekly: 'FREQ=WEEKLY', monthly: 'FREQ=MONTHLY', yearly: 'FREQ=YEARLY', annually: 'FREQ=YEARLY', quarterly: 'FREQ=MONTHLY;INTERVAL=3',
  biweekly: 'FREQ=WEEKLY;INTERVAL=2', 'bi-weekly': 'FREQ=WEEKLY;INTERVAL=2', fortnightly: 'FREQ=WEEKLY;INTERVAL=2',
}
const workdays = 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'
const weekends = 'FREQ=WEEKLY;BYDAY=SA,SU'
const phrases: Readonly<Record<string, string>> = {
  'every weekday': workdays, 'every workday': workdays, 'every working day': workdays, 'every business day': workdays,
  'on weekdays': workdays, 'on workdays': workdays, 'every weekend': weekends, 'on weekends': weekends,
  'every quarter': 'FREQ=MONTHLY;INTERVAL=3', 'every fortnight': 'FREQ=WEEKLY;INTERVAL=2',
}
// “The weekly report” comes once, and so does “a job that changed from weekly to daily”: an adverb stands at the start, or where nothing
// follows that it could describe.
const notAfter = String.raw`(?<!\b(?:the|an?|our|my|your|their|his|her|its|this|that|from|to|of|than|for|into)\s+)`
const prepositions = 'on|at|by|until|till|from|starting|beginning|before|after|between|during|in|to|with|for'
const notBefore = String.raw`(?=\s*(?:$|[),;:.!\u0001])|\s+(?:\d|(?:${prepositions}|today|tomorrow|${dayNames}|${monthNames})(?=$|\s)))`
const single = Object.keys(adverbs).join('|')
// “A tooltip for each month” is one tooltip, and “the third weekend of every month” says more than the month.
const notFor = String.raw`(?<!\b(?:for|of)\s+)(?!(?<=\bin\s+)each)`
const code = (day: string): string => day.slice(0, 2).toUpperCase()
const interval = (n: number): string => n > 1 ? `;INTERVAL=${n}` : ''
const week = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
/** “Friday to Monday” is four days. */
const between = (from: string, to: string): string => {
  const first = week.indexOf(code(from))
  return [...week, ...week].slice(first, first + (week.indexOf(code(to)) - first + 7) % 7 + 1).join(',')
}
const days = (list: string): string => [...new Set([...list.matchAll(new RegExp(String.raw`\b(?:${dayNames})\b`, 'giu'))].map(m => code(m[0])))].join(',')
const separated = (one: string, next = one): string => String.raw`(?:${one})(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s*/\s*)(?:${next}))*`
const dayList = separated(dayNames)
const wholeDay = '(?:mon|tues|wednes|thurs|fri|satur|sun)day'
/** “Mondays”, whether a rule is made of it or not. */
export const someMondays = new RegExp(String.raw`\b${wholeDay}s\b`, 'iu')
const pluralDays = separated(`${wholeDay}s`, `${wholeDay}s?`)
// Without “on” they are a rule before an hour and at the end: “swim Mondays at 7”, “report due Fridays”; but not “write about Mondays” and
// “the Mondays of May”.
const determiners = 'the|these|those|all|some|most|our|my|your|their|his|her|its|this|that'
const linking = 'about|on|in|by|with|from|to|of|than|for|into|like|before|after|until|since|between|no|not|and|or'
const alone = String.raw`(?<!\b(?:${determiners}|${linking})\s+)`
/** “Mondays” where it may say when, unlike in “the Mondays report”. */
export const mondaysAlone = new RegExp(String.raw`${alone}\b${wholeDay}s\b`, 'iu')
const atEnd = String.raw`(?=\s*(?:$|[);:.!\u0001]|,(?!\s*(?:and\s+)?${wholeDay}))|,?\s+(?:(?:at|from)\s+(?:\d|noon|mid)|\d{1,2}(?::\d|\s?[ap]\.?m\b)))`
const mondays = String.raw`(?:(?:due\s+)?on\s+|(?:due\s+|${alone})(?=${pluralDays}${atEnd}))(${pluralDays})`
const monthDay = separated(String.raw`\d{1,2}(?:st|nd|rd|th)|${Object.keys(ordinals).filter(word => /^\p{L}/u.test(word) && word !== 'other').join('|')}`)
const partOfDay = 'morning|afternoon|evening|night'
const sentenceStart = String.raw`(?<=^[^\p{L}\p{N}]*)`
const either = (...ways: readonly string[]): string => `(?:${ways.join('|')})`

/** The patterns, the most telling first; each gives a rule of RFC 5545. */
export const patterns: readonly { pattern: string; rule: Rule }[] = [
  { // “every second Tuesday of the month”, “on the last Friday of each month”
    pattern: String.raw`(?:(?:on )?(?:every|each|the)\s+)?(${ordinal})\s+(${dayNames})\s+(?:of|in)\s+(?:the|every|each)\s+month`,
    rule: m => `FREQ=MONTHLY;BYDAY=${ordinals[m[1]!.toLowerCase()]}${code(m[2]!)}`,
  },
  { // “on the 15th of every month”, “on the first and the last of each month”, “every 15th”, “monthly on the 15th”
    pattern: either(
      String.raw`(?:on )?(?:the )?(${monthDay})(?: day)? of (?:every|each) month`,
      String.raw`(?:every month|monthly|each month) on the (${monthDay})`,
      String.raw`every (\d{1,2}(?:st|nd|rd|th))(?: of the month)?(?! (?:${dayNames}|day|week|month|year))`,
    ),
    rule: m => { const found = monthDays(m[1] ?? m[2] ?? m[3] ?? ''); return found && `FREQ=MONTHLY;${found}` },
  },
  { // “on the last day of the month”, “at the end of every month”
    pattern: String.raw`(?:on )?(?:the )?last day of the month|(?:on |at |by )?(?:the )?end of (?:every|each) month`,
    rule: () => 'FREQ=MONTHLY;BYMONTHDAY=-1',
  },
  { // “every year on March 3”, “every 3 March”
    pattern: String.raw`(?:(?:every year|yearly|annually|each year)\s+on|every|each)\s+(?:the\s+)?` + either(
      String.raw`(${monthNames})\s+(\d{1,2})(?:st|nd|rd|th)?`,
      String.raw`(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(${monthNames})`,
    ),
    rule: m => `FREQ=YEARLY;BYMONTH=${month(m[1] ?? m[4] ?? '')};BYMONTHDAY=${Number(m[2] ?? m[3])}`,
  },
  { // “every other week on Monday and Thursday”, “weekly on Fridays”, “every 2 weeks on Mon”
    pattern: String.raw`(?:every\s+(?:(${often})\s+)?weeks?|weekly|each week|(bi-?weekly|fortnightly|every fortnight))\s+on\s+(${dayList})`,
    rule: m => `FREQ=WEEKLY${interval(m[2] ? 2 : count(m[1]))};BYDAY=${days(m[3]!)}`,
  },
  { pattern: String.raw`(?:${sentenceStart}(?:${single})|${notAfter}(?:${single})${notBefore})`, rule: m => adverbs[m[0].toLowerCase()] },
  { pattern: `${notFor}(?:${Object.keys(phrases).join('|')})`, rule: m => phrases[m[0].toLowerCase()] },
  { // “every Monday to Friday”
    pattern: String.raw`(?:every|each)\s+(${dayNames})(?:\s+(?:to|through)\s+|\s*[-–]\s*)(${dayNames})`,
    rule: m => `FREQ=WEEKLY;BYDAY=${between(m[1]!, m[2]!)}`,
  },
  { // “every second Tuesday”, “every other Friday”, “every Monday, Wednesday and Friday”; the first and the last are those of a month
    pattern: String.raw`(?:every|each)\s+(?:(${ordinal})\s+)?(${dayList})`,
    rule: m => /^(?:first|1st|last)$/iu.test(m[1] ?? '')
      ? `FREQ=MONTHLY;BYDAY=${count(m[1])}${code(m[2]!)}`
      : `FREQ=WEEKLY${interval(count(m[1]))};BYDAY=${days(m[2]!)}`,
  },
  { // “every 3 days”, “once every two weeks”, “every other month”, “every year”
    pattern: String.raw`(?:once\s+)?${notFor}(?:every|each)\s+(?:(${often})\s+)?(day|week|month|year)s?`,
    rule: m => `FREQ=${frequencies[m[2]!.toLowerCase()]}${interval(count(m[1]))}`,
  },
  { // “every morning”: the part of the day is left to be read as a time
    pattern: either(
      String.raw`${sentenceStart}(?:every|each)(?=\s+(?:${partOfDay})\b)`,
      String.raw`(?:every|each)(?=\s+(?:${partOfDay})${notBefore})`,
    ),
    rule: () => 'FREQ=DAILY',
  },
  { pattern: mondays, rule: m => `FREQ=WEEKLY;BYDAY=${days(m[1]!)}` },
]
const count = (word: string | undefined): number => word === undefined ? 1 : ordinals[word.toLowerCase()] ?? numbers[word.toLowerCase()] ?? Number(word)
/** “15th”, “1st and 15th”, “last”: days of a month. */
const monthDays = (list: string): string | undefined => {
  const found = list.toLowerCase().split(/[^a-z\d]+(?:and\b)?[^a-z\d]*/).map(word => ordinals[word] ?? Number.parseInt(word))
  return found.every(day => day === -1 || (day >= 1 && day <= 31)) ? `BYMONTHDAY=${[...new Set(found)].join(',')}` : undefined
}
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const month = (name: string): number => months.indexOf(name.slice(0, 3).toLowerCase()) + 1

/** “Bi-weekly … on Mondays”, “monthly … on the 15th”: days that stand apart from the word that says how often. */
export const apart: readonly { of: RegExp; pattern: string; days: Rule }[] = [
  { of: /^FREQ=WEEKLY(?!.*BYDAY)/, pattern: mondays, days: m => `BYDAY=${days(m[1]!)}` },
  { of: /^FREQ=MONTHLY(?!.*BY)/, pattern: String.raw`on the (${ordinal})\s+(${dayNames})`, days: m => `BYDAY=${count(m[1])}${code(m[2]!)}` },
  { of: /^FREQ=MONTHLY(?!.*BY)/, pattern: String.raw`on the (${monthDay})(?!\s+(?:${dayNames}))${notBefore}`, days: m => monthDays(m[1]!) },
]
