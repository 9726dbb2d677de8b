import { Refused } from '../../shared/kit/decider.ts'

const dayMs = 86_400_000
const longestDays = 731

/** The range of a question: 30 days up to now unless told, never before 1970, the beginning before the end, and no longer than two years. */
export const rangeOf = (asked: { from?: string | undefined; to?: string | undefined }, now: string): { from: string; to: string } => {
  const to = new Date(asked.to ?? now).toISOString()
  const from = new Date(asked.from ?? Math.max(0, Date.parse(to) - 30 * dayMs)).toISOString()
  if (from >= to) throw new Refused('invalid', 'bad-range', 'The range must begin before it ends.')
  if (Date.parse(to) - Date.parse(from) > longestDays * dayMs)
    throw new Refused('invalid', 'bad-range', `The range must not be longer than ${longestDays} days.`)
  return { from, to }
}

/** Every calendar day (UTC) of a range, so that a day without events shows too. */
export const days = (from: string, to: string): string[] => {
  const first = Date.parse(from.slice(0, 10))
  const count = (Date.parse(to.slice(0, 10)) - first) / dayMs + 1
  return Array.from({ length: count }, (_, i) => new Date(first + i * dayMs).toISOString().slice(0, 10))
}
