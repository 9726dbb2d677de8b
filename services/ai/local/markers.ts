import type { Priority } from '../../shared/contracts/primitives.ts'
import { spansOf, type Span } from './span.ts'

const levels: Readonly<Record<string, Priority>> = {
  urgent: 'urgent', highest: 'urgent', critical: 'urgent', blocker: 'urgent', asap: 'urgent', urgently: 'urgent',
  high: 'high', important: 'high', medium: 'medium', normal: 'medium', low: 'low', lowest: 'low', minor: 'low',
  p0: 'urgent', p1: 'urgent', p2: 'high', p3: 'medium', p4: 'low', '1': 'urgent', '2': 'high', '3': 'medium', '4': 'low',
}
const named = 'urgent|highest|critical|high|medium|normal|lowest|low'
// Where a word begins and ends: \u0001 stands for words that were understood already.
const wordStart = String.raw`(?:^|(?<=[\s(,;\u0001]))`
const wordEnd = String.raw`(?=$|[\s),;:.!\u0001])`
// “An urgent flag” and “the P0 to P4 scale” are things, not how soon the task is to be done.
const notDescribed = String.raw`(?<!\b(?:an?|the|our|my|your|their|its|every|each|any|no)\s+)`
const joining = String.raw`(?:\s*[,/]\s*|\s+(?:to|through|and|or)\s+)`
const priority = new RegExp(wordStart + '(?:' + [
  String.raw`!(?<mark>${named}|blocker|asap|important|minor|[1-4])`,
  String.raw`${notDescribed}(?<!\bp[0-4]${joining})(?<p>p[0-4])(?!${joining}p[0-4]\b)`,
  `(?:with |at |as )?(?<before>${named})[ -]prio(?:rity)?`,
  String.raw`prio(?:rity)?\s*(?::|=|is|to|of)?\s*(?<after>${named}|[1-4]|p[0-4])`,
  String.raw`(?<bare>${notDescribed}(?:urgent|asap)|urgently)`,
].join('|') + ')' + wordEnd, 'giu')
/** `!high`, `!1`, `p1`, “high priority”, “priority: high”, “urgent”, “asap”. A bare “high” or “critical” is an adjective of the title. */
export const priorities = (text: string): Span<'priority', Priority>[] =>
  spansOf(text, priority, 'priority', ({ groups = {} }) => {
    const word = groups['mark'] ?? groups['p'] ?? groups['before'] ?? groups['after'] ?? groups['bare'] ?? ''
    return levels[word.toLowerCase()]
  })

/** `#release-notes`. A number such as #123 names a thing, it is not a label. */
export const labels = (text: string): Span<'labels', string>[] =>
  spansOf(text, /(?:^|(?<=[\s(,;\u0001]))#(?=\d*[^\s\d\u0001])[\p{L}\p{N}][\p{L}\p{N}_/-]{0,58}/giu, 'labels', match => match[0].slice(1))

const uuid = String.raw`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`
const uuids = String.raw`${uuid}(?:(?:\s*,\s*|\s+and\s+|\s*&\s*)${uuid}){0,49}`
const blocked = new RegExp(String.raw`\b(?:is )?(?:blocked by|depends on|depending on|waits? for|after)\s+(?:tasks?\s+)?(${uuids})`, 'giu')
/** “blocked by <task id>, <task id> and <task id>”. */
export const blockers = (text: string): Span<'blockedBy', string[]>[] => spansOf(
  text, blocked, 'blockedBy', match => (match[1] ?? '').match(new RegExp(uuid, 'giu'))?.map(id => id.toLowerCase()),
)

const minutes: Readonly<Record<string, number>> = {
  m: 1, min: 1, mins: 1, minute: 1, minutes: 1, h: 60, hr: 60, hrs: 60, hour: 60, hours: 60, d: 480, day: 480, days: 480,
}
const units = 'minutes?|mins?|m|hours?|hrs?|h'
/** “in 2 hours” is a point in time, “to 30 minutes” and “at least 2h” are figures of the title. */
const notAfterPreposition = String.raw`(?<!\b(?:in|within|after|every|next|last|past|another|by|to|from|than|of|least|most)\s(?:(?:about|around|approx\.?)\s)?)`
/** “takes about”, “est.:”, “~”. */
const said = String.raw`(?:(?<say>takes?|taking|estimated? (?:at|as|to)?|estimate:?|est\.?:?|about|approx\.?|around|for|~)\s*(?:about |around |~)?)?`
/** “2h”, “1h30”, “half an hour”, “2 days”. */
const quantity = String.raw`(?:(?<n>\d{1,4}(?:[.,]\d{1,2})?|an?|half an?)\s?-?(?<unit>${units}|days?|d)(?:\s?(?:and )?(?<n2>\d{1,2})\s?(?:minutes?|mins?|m)?)?)`
/** “2 hours ago” is a point in time. */
const notBeforeAgo = String.raw`(?!\s+(?:ago|later|from|before|after|earlier)\b)`
const estimate = new RegExp(wordStart + notAfterPreposition + said + quantity + wordEnd + notBeforeAgo, 'giu')
/** “2h”, “1h30”, “30 min”, “takes 2 days” (of eight hours). */
export const estimates = (text: string): Span<'estimateMinutes', number>[] => spansOf(
  text, estimate,
  'estimateMinutes', ({ groups = {} }) => {
    const { n = '', unit = '', n2, say } = groups
    const spoken = /^(an?|half an?)$/iu.test(n)
    if ((spoken || unit.toLowerCase().startsWith('d')) && !/take|taking|est|~/iu.test(say ?? '')) return undefined
    const inWords = n.toLowerCase().startsWith('half') ? 0.5 : 1
    const amount = spoken ? inWords : Number(n.replace(',', '.'))
    const total = Math.round(amount * (minutes[unit.toLowerCase()] ?? 0)) + Number(n2 ?? 0)
    return total >= 1 && total <= 600_000 ? total : undefined
  },
)
