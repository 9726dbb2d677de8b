import type { Backlog } from './backlog.ts'
import { kindsOfFinding, total } from './check/findings.ts'
import type { Outcome, Strike } from './run.ts'
import { hanging, unexplained, withoutRetryAfter, type Attempt } from './team/tally.ts'

/** What a run is judged by. */
export type Judged = Pick<Outcome, 'strikes' | 'plans' | 'bare' | 'tally' | 'lostErrands' | 'tries' | 'backlogs' | 'beganAt'>
  & { audit: Pick<Outcome['audit'], 'findings' | 'lag'> }

const MOST_TRIES = 3
const LEAST_RATE = 0.8
/** Beside the 50 ms between two probes: what one request takes on two cores that are both full, and no restart by itself contains. */
const GRAIN_MS = 250

export const ms = (value: number | undefined): string => (value === undefined ? 'never' : `${Math.round(value)}`)
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** Of the consumer's own rate; the median of the turns. */
export const backlogRate = (backlogs: readonly Backlog[]): number => median(backlogs.map(({ held, own }) => held / own))

/** Answers that no strike of this run explains. */
export const unexplainedIn = ({ strikes, tally, beganAt }: Pick<Outcome, 'strikes' | 'tally' | 'beganAt'>): Attempt[] =>
  unexplained(tally, strikes.map(({ excuses, atMs, brokenMs }) => ({ statuses: excuses, from: beganAt + atMs, until: beganAt + atMs + brokenMs })))

/** What no machine excuses: something lost, done twice, stuck or answered wrongly; a strike that did nothing where it must. Empty when nothing was. */
export const losses = (outcome: Judged): string[] => {
  const { strikes, plans, tally, audit, lostErrands, tries } = outcome
  const found = kindsOfFinding.filter(kind => audit.findings[kind].length > 0)
  return [
    ...total(audit.findings) > 0 ? found.map(kind => `${audit.findings[kind].length} ${kind}: ${audit.findings[kind].slice(0, 3).join('; ')}`) : [],
    // Who gives up says why in the same words.
    ...new Set([...tally.wrong, ...lostErrands]), ...audit.lag,
    ...withoutRetryAfter(tally).map(a => `${a.operation} was answered 503 without Retry-After`),
    ...unexplainedIn(outcome).map(a =>
      `${a.method} ${a.operation} ${a.status === 0 ? 'got no answer' : `was answered ${a.status}`} ${a.code}, and nothing was broken that explains it`),
    ...tries.most > MOST_TRIES ? [`one request was tried ${tries.most} times (${tries.what})`] : [],
    ...tries.followed === 0 ? ['no request could be followed from the gateway to its service, so tries were not counted'] : [],
    ...strikes.filter(s => s.firstSuccessMs === undefined).map(s => `nothing was acknowledged any more after: ${s.kind} ${s.target}`),
    ...plans.filter(p => p.tried > 0 && p.struck === 0 && !p.mayMiss).map(p => `${p.kind}: did nothing in ${p.tried} tries`),
  ]
}

/** The longer of the two is the restart by itself: measured with nobody at work, or of this very blow, on the machine that was full of work. */
const restartOf = ({ brokenMs }: Pick<Strike, 'brokenMs'>, bare: number): number => Math.max(bare, brokenMs)
const tooLate = (strike: Strike, bare: number | undefined): string[] => {
  const { kind, target, asked, brokenMs, firstSuccessMs } = strike
  if (asked === undefined || bare === undefined || firstSuccessMs === undefined || firstSuccessMs <= 2 * restartOf(strike, bare) + GRAIN_MS) return []
  return [`${kind} ${target}: the first ${asked} was acknowledged after ${ms(firstSuccessMs)} ms; `
    + `the part was back after ${ms(brokenMs)} ms, and after ${ms(bare)} ms with nobody at work`]
}
/** From the blow to the first answer, over the restart of the part by itself; undefined where nothing could be asked of it. */
export const firstAnswerRatio = (strike: Strike, bare: ReadonlyMap<string, number>): number | undefined => {
  const own = bare.get(strike.target)
  return own === undefined || strike.asked === undefined || strike.firstSuccessMs === undefined ? undefined : strike.firstSuccessMs / restartOf(strike, own)
}

/** Why a run did not reach what it should, in time and in number as well; empty when it did. */
export const shortfalls = (outcome: Judged): string[] => {
  const { strikes, plans, bare, tally, backlogs } = outcome
  return [
    ...losses(outcome), ...tally.late,
    ...plans.filter(p => p.struck < p.wanted).map(p =>
      `${p.kind}: struck ${p.struck} times of ${p.wanted}${p.tried > p.struck ? ` (${p.tried - p.struck} tries did nothing)` : ''}`),
    ...hanging(tally).map(a => `${a.operation} hung ${Math.round(a.ms)} ms (${a.status} ${a.code})`),
    ...strikes.flatMap(s => tooLate(s, bare.get(s.target))),
    ...backlogs.length > 0 && !(backlogRate(backlogs) >= LEAST_RATE) ? [`a backlog was worked off at ${backlogRate(backlogs).toFixed(2)} of the consumer's own rate`] : [],
  ]
}
