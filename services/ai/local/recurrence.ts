import { forbids } from './prohibition.ts'
import { apart, patterns, someMondays, type Rule } from './recurrence-patterns.ts'
import { spansOf, type Span } from './span.ts'

// “The job that runs every night” is one job, and of “every morning and every night” one half is not the whole.
const clause = String.raw`\b(?:which|who|whose|that(?=\s+(?:\p{L}+s|\p{L}+ed|we|you|they|the|can|must|should|will)\b))\s[^,;.:!?]*$`
const notBehind = new RegExp(String.raw`${clause}|\b(?:every|each)\s[^;.:!?]*\b(?:and|or)\s+$`, 'iu')
// “Every day except Sunday”, “every week or so”
const notAhead = /^\s*,?\s*(?:\(\s*)?(?:except|but not|unless|excluding|apart from|other than|or (?:so|two|three|\d)|(?:and|or) (?:every|each))\b/iu
// “Skip Fridays”, “to move Mondays”, but not “bus stop Mondays”; and the second day of “write about Mondays, Tuesdays”.
const begins = String.raw`(?<=(?:^|[^\p{L}\s]|\b(?:to|and|or|please|we|['’]s))\s*)\b`
const inflected = String.raw`\b(?:cancel|skip|keep|hat(?=[ei])|(?:drop|stop|swap)p|mov(?=ed|ing))(?:e|es|ed|ing|s|led|ling|ped|ping)?`
const takesDays = new RegExp(String.raw`(?:${inflected}|${begins}(?:drop|stop|swap|move))\s+$|days\s*,\s*$`, 'iu')
/** A capitalised word that is not the first of its sentence, as names are: “call Bo”, “the Ruby”, but not “PRs”. */
const endsInName = /$(?<=[\p{L}\p{N}][^.:!?–—\n]* (?!\p{Lu}{2,}['’]?s\s)\p{Lu}[^\s,;]*\s*)/u
/** Whether “Mondays” without “on”, “due” or “every” are a part of a name: where nothing else says how often, “call Bo Mondays” may be “fix TGI Fridays”. */
const isNamed = (words: string, before: string): boolean => words.search(someMondays) === 0 && (takesDays.test(before) || endsInName.test(before))

const phrase = (text: string, pattern: string, rule: Rule, isOther: typeof isNamed = () => false): Span<'recurrence', string> | undefined =>
  spansOf(text, new RegExp(String.raw`(?:^|(?<=[\s(,;\u0001]))(?:${pattern})(?=$|[\s),;:.!\u0001])`, 'giu'), 'recurrence', rule)
    .find(({ start, end }) => {
      const before = text.slice(0, start)
      return !notBehind.test(before) && !forbids(before) && !isOther(text.slice(start, end), before) && !notAhead.test(text.slice(end))
    })

/**
 * The words that say how often, the most telling first, with “5 times” or “for 5 occurrences” behind them, and the days that stand apart;
 * each span carries the whole rule.
 */
export const recurrence = (text: string): Span<'recurrence', string>[] => {
  for (const { pattern, rule } of patterns) {
    const found = phrase(text, pattern, rule, isNamed)
    if (!found) continue
    const times = /^,?\s*(?:for\s+)?(\d{1,3})\s+(?:times|occurrences)\b/iu.exec(text.slice(found.end))
    const others = apart.filter(({ of }) => of.test(found.value)).flatMap(other => phrase(text, other.pattern, other.days) ?? [])
    const value = [found.value, ...others.map(other => other.value), ...times ? [`COUNT=${Number(times[1])}`] : []].join(';')
    return [{ ...found, value, end: found.end + (times?.[0].length ?? 0) }, ...others.map(other => ({ ...other, value }))]
  }
  return []
}
