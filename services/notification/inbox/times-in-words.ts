/** An instant by the clock of a time zone, which it names. */
export const timeInWords = (at: string, timezone: string): string => new Intl.DateTimeFormat('en-GB', {
  day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: timezone, timeZoneName: 'short',
}).format(new Date(at))

const instant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g

/** A text with each instant in it put into words: one day is another one elsewhere. */
export const timesInWords = (text: string, timezone: string): string => text.replaceAll(instant, at => timeInWords(at, timezone))
