import type { ParsedResult } from 'chrono-node'
import { monthFirst } from './dotted.ts'
import { leadOf } from './lead.ts'
import { forbids } from './prohibition.ts'

const partOfDay = /^(?:morning|afternoon|evening|night|noon|midday|midnight)\.?$/iu
const weekdayShort = /^(?:mon|tue|wed|thu|fri|sat|sun)\.?$/iu
const months = 'jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december'
const monthAlone = new RegExp(String.raw`^(?:${months})\.?(?:,? \d{4})?$`, 'iu')
const amount = 'an?|half|the|few|several|couple|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve'
/** “2 hours”, “two weeks”, “the week”: how long, not when. */
const duration = new RegExp(String.raw`^(?:(?:for|about|around|roughly|approximately|just|~)\s*)*(?:\d|(?:${amount})\b)`, 'iu')
/** “Plan the next 2 weeks” tells how long, “ship in the next 2 weeks” until when. */
const nextFew = new RegExp(String.raw`^(?:next|this)\s+(?:\d|(?:${amount})\b)`, 'iu')
/** “Expire after 30 minutes”, “+2 hours”, “load in 2 seconds”: how a thing is to work. */
const ofThings = /^(?:after\b|\+)|\d\s*s(?:ec(?:ond)?s?)?\b|\bseconds?\b/iu
const laterOn = /(?:later|from now|from today)$|^the day after tomorrow\b/iu

/** What stands before words that name no time of this task. */
const notAfter: readonly RegExp[] = [
  // “since Monday” and “the mail of 12 March” tell of the past, “after Monday” and “not before Monday” name no end.
  /\b(?:since|after|except(?: for)?|excluding|unless|(?<!\bas )of|(?:earlier|sooner) than)\s+(?:on )?(?:the )?$/iu,
  /(?:\b(?:not|never|cannot)|n['’]t)\b(?!\s+forget\b)(?:(?!:\s|\s[-–—]\s)[^,;.!?])*\b(?:before|until|till)\s+(?:the )?$/iu,
  // “ask if Friday works”, “before or on Monday”, “a day in May”
  /\b(?:if|whether|before or|after or)\s+(?:on )?$/iu, /(?:day|weekend)\s+in\s+$/iu,
  // “between Monday and Friday”, “2 to 3 days later”
  /\bbetween\s+(?:[^;.!?]*\sand\s+)?$/iu, /\d\s*(?:to|or|[-–])\s*$/iu,
  // “every other weekday”, “every night at 2am”, where that says how often and was not understood
  /\b(?:every|each|any)\s*(?:(?:other|single|first|second|third|last|\d+\w*)\s+)?$/iu,
  /\b(?:every|each)\s+(?:\w+\s+)?(?:day|night|morning|evening|afternoon|week|month|year|hour|weekday|workday)s?\s+$/iu,
  /\ban?\s+$/iu,
  // a part of a word: “www.monday.com”, “pre-Monday”
  /[\p{L}\p{N}_./@-]$/u,
]
/**
 * “Feed” (but not “agreed”) and names end as participles do. Spelling tells them apart, case does not: “CALL FRED”, “Ahmed on Friday”,
 * “Import Failed on Monday”.
 */
const noParticiple = String.raw`\p{L}*(?<!agr|fr|ant)eed|shr?ed|embed|hundred|united|\p{L}*fred|mildred|jared|ahmed|m[eou]ha?m+ed|hamed|khaled|javed|[sz]ayed`
const participle = new RegExp(String.raw`(?<!\p{L})(?!(?:${noParticiple})\s)(\p{L}{2,}ed)\s+(?:(?:on|at) )?(?:the )?$`, 'iu')
const toCome = /^(?:planned|scheduled|expected|needed|required|wanted|booked)$/iu
const wasSo = /\b(?:was|were|had|been)(?:n['’]t)?\s+(?:\p{L}+\s+)?$/iu
const asked = /\b(?:get|have|be|must|should)\b[^,;.!?]*$/iu
/** “tomorrow's meeting”, “monday.com”, “Mon/Tue”. */
const notBefore = /^(?:['’]|[./@_-]\p{L})/u
// “Black Friday”, “the third Monday” and “Friday the 13th” are other days than the next one of that name.
const weekday = /^(?:(?:on|this|next)\s+)*(?:mon|tue|wed|thu|fri|sat|sun)/iu
const named = /\b(?:black|cyber|good|easter|ash|palm|first|second|third|fourth|last|\d{1,2}(?:st|nd|rd|th))\s+$/iu
const dayOfMonth = /^,?\s+(?:the\s+)?\d{1,2}(?:st|nd|rd|th)\b/iu
const linking = 'at|by|in|on|of|from|to|until|till|with|without|for|and|or|but|before|after|via|about|as|if|when|while|so|because'
const described = new RegExp(String.raw`^\s+(?!(?:${linking}|the|an?|this|that|we|i|it|please)\b)\p{L}`, 'iu')
const closes = /^\s*(?:$|[),;:.!?\u0001])/u
const determined = /\b(?:the|our|my|your|his|her|its|their)\s+$/iu
const moves = /\b(?:mov|chang|shift|reschedul|postpon|delay|push|extend|switch)(?:e|es|ed|ing|s)?\b/iu

/** The place of the words that the library found, without the commas and brackets that it takes along. */
export const placeOf = ({ index, text }: ParsedResult): { start: number; end: number } => {
  const start = index + (/^[\s,(（]*/u.exec(text)?.[0].length ?? 0)
  return { start, end: Math.max(start, index + text.replace(/[\s,)）]+$/u, '').length) }
}

const DAY_MS = 86_400_000
/** Whether a date without a year was there within the last two months: the library takes it for the next one. */
const justPast = ({ start, refDate }: ParsedResult): boolean =>
  start.isCertain('month') && !start.isCertain('year') && start.date().getTime() - refDate.getTime() > (365 - 60) * DAY_MS

/**
 * “The job failed on Monday”, “introduced on 3 March”, “it was booked on Monday”; but not “call Fred on Monday”, “meeting planned on Monday”
 * and “get it signed on Friday”.
 */
const tellsOfPast = (before: string, result: ParsedResult): boolean => {
  const found = participle.exec(before)
  if (!found || asked.test(before)) return false
  return !toCome.test(found[1] ?? '') || wasSo.test(before.slice(0, found.index)) || justPast(result)
}

/**
 * Whether a person would take what the library found for a time of the task: it also finds “24/7”, “2000s”, “march plan”,
 * “invoices for March” and “for 2 hours”.
 */
export const meant = (text: string, result: ParsedResult): boolean => {
  const { start, end } = placeOf(result)
  const [before, words, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)]
  const lead = leadOf(text, start)
  if (notAfter.some(pattern => pattern.test(before)) || notBefore.test(after) || monthFirst(result)) return false
  if (tellsOfPast(before, result) && !/^(?:today|tonight|tomorrow|next|this|in|within)\b/iu.test(words)) return false
  if (forbids(before) && !/by|due|deadline|than/iu.test(lead)) return false
  if (weekday.test(words) && (named.test(before) || dayOfMonth.test(after))) return false
  if (/^(?:on\s+)?(?:last|past)\b(?!\s+day\s+of\b)/iu.test(words)) return false
  // “the Monday meeting” is a name; “move it from Monday to Friday” tells where it was and will be.
  if (determined.test(before) && !/^(?:end|last)\b/iu.test(words) && described.test(after)) return false
  if (result.end && /from/iu.test(lead) && moves.test(before)) return false
  // “Changes from 12 March” are those since then.
  if (/^from\b/iu.test(lead) && justPast(result)) return false
  const led = lead !== '' || /\bthis\s+$/iu.test(before)
  if (partOfDay.test(words)) return led || (/\u0001\s*$/u.test(before) && (!described.test(after) || /^[^\p{L}\p{N}]*$/u.test(before)))
  if (/^week(?:day|end)$/iu.test(words)) return closes.test(after) || (led && !described.test(after))
  if (monthAlone.test(words)) return /\b(?:by|until|till|before|than|due|deadline|in|next|start|begin)/iu.test(lead)
  if (weekdayShort.test(words) || /^\d{1,2}\/\d{1,2}$/u.test(words)) return led
  if (nextFew.test(words)) return /\b(?:by|in|within)\b/iu.test(lead)
  if (result.tags().has('result/relativeDate')) {
    if (ofThings.test(words)) return false
    if (duration.test(words)) return laterOn.test(words)
  }
  return !/^\d+$/u.test(words)
}
