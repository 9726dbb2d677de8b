import type { Backlog } from './backlog.ts'
import { kindsOfFinding, total } from './check/findings.ts'
import type { Outcome, Strike } from './run.ts'
import { hanging, stillDuring, withoutRetryAfter, type Attempt } from './team/tally.ts'

const ms = (value: number | undefined): string => (value === undefined ? 'never' : `${Math.round(value)}`)
const worst = (values: readonly number[]): number => Math.max(0, ...values)
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** Of the consumer's own rate; the median of the turns. */
const backlogRate = (backlogs: readonly Backlog[]): number => median(backlogs.map(({ held, own }) => held / own))

/** One line for each kind: how often, how long broken, how long until the first write was acknowledged again. */
const lineOf = (kind: string, some: readonly Strike[], bare: ReadonlyMap<string, number>): string => {
  const first = some.map(s => s.firstSuccessMs ?? Infinity)
  const ratios = some.flatMap(s => { const own = bare.get(s.target); return own === undefined || s.firstSuccessMs === undefined ? [] : [s.firstSuccessMs / own] })
  return [kind.padEnd(38), String(some.length).padStart(6), ms(median(some.map(s => s.brokenMs))).padStart(10), ms(median(first)).padStart(10), ms(worst(first)).padStart(10), (ratios.length ? worst(ratios).toFixed(2) : '·').padStart(8)].join('  ')
}

/** When a request was asked, what was broken then, and how long the asking process itself stood still meanwhile. */
const circumstances = (attempt: Attempt, { strikes, tally, beganAt }: Outcome): string => {
  const { startedAt, endedAt } = attempt
  const broken = strikes.filter(s => beganAt + s.atMs < endedAt && beganAt + s.atMs + s.brokenMs > startedAt).map(s => `${s.kind} ${s.target}`)
  const still = stillDuring(tally, attempt)
  return `from second ${((startedAt - beganAt) / 1000).toFixed(1)} (${broken.join(', ') || 'nothing broken'}${still > 0 ? `; the client itself stood still for ${ms(still)} ms` : ''})`
}

/** What a run came to, in one table. */
export const reportOf = (outcome: Outcome): string => {
  const { seed, strikes, bare, tally, audit, lostErrands, triesPerRequest, backlogs, seconds } = outcome
  const { findings, lag, mails, frames } = audit
  const hung = hanging(tally)
  const statuses = Object.entries(Object.groupBy(tally.attempts, a => String(a.status))).map(([status, some]) => `${status === '0' ? 'no answer' : status} ${some?.length}`).join(', ')
  return [
    `SEED=${seed}  ${Math.round(seconds)} s, ${strikes.length} strikes, ${tally.commands} commands acknowledged in ${tally.attempts.length} requests (${statuses})`, '',
    ['kind'.padEnd(38), 'points', 'broken ms', 'first ok ms', 'worst ms', 'worst/bare'].join('  '),
    ...[...Map.groupBy(strikes, s => s.kind)].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([kind, some]) => lineOf(kind, some, bare)), '',
    ...kindsOfFinding.map(kind => `${kind.padEnd(10)} ${findings[kind].length}${findings[kind].slice(0, 5).map(what => `\n    ${what}`).join('')}`),
    `hanging    ${hung.length} of the writes took over ${tally.limitMs} ms; the longest ${ms(worst(tally.attempts.filter(a => a.method !== 'GET').map(a => a.ms)))} ms${hung.slice(0, 8).map(a => `\n    ${a.operation} ${a.status} ${a.code} ${ms(a.ms)} ms, ${circumstances(a, outcome)}`).join('')}`,
    `asleep     the asking process stood still ${tally.stalls.length} times, for ${ms(worst(tally.stalls.map(s => s.ms)))} ms at most`,
    `503        ${tally.attempts.filter(a => a.status === 503).length}, ${withoutRetryAfter(tally).length} of them without Retry-After`,
    `storm      ${triesPerRequest.toFixed(2)} tries of each request at its service, at most`,
    ...backlogs.length > 0 ? [`backlog    ${backlogs.map(({ held, own }) => `${held.toFixed(0)} events/s after a pause, ${own.toFixed(0)} by itself`).join('; ')}: ${backlogRate(backlogs).toFixed(2)}`] : [],
    `strange    ${tally.strange.length}${tally.strange.slice(0, 5).map(what => `\n    ${what}`).join('')}`,
    `given up   ${lostErrands.length}${lostErrands.slice(0, 5).map(what => `\n    ${what.slice(0, 300)}`).join('')}`,
    `lag        ${lag.length === 0 ? 'none' : lag.join('; ')} after ${ms(audit.quietMs)} ms`,
    `places     ${audit.commits} commits, ${audit.events} events, ${mails.distinct} mails (${mails.delivered} delivered), ${frames.shown} frames (${frames.repeats} repeats, ${frames.gaps} gaps, the last at second ${((frames.lastAt - outcome.beganAt) / 1000).toFixed(0)}${frames.errors.length > 0 ? `; refused: ${frames.errors.slice(0, 5).join(', ')}` : ''})`,
  ].join('\n')
}

const MOST_TRIES = 3
const LEAST_RATE = 0.8
/** A client that tries again every 200 ms, on two busy cores, sees no sooner than this that a part is back. */
const GRAIN_MS = 1_000
const tooLate = ({ kind, target, firstSuccessMs }: Strike, bare: number | undefined): string[] =>
  kind.startsWith('kill') && bare !== undefined && firstSuccessMs !== undefined && firstSuccessMs > 2 * bare + GRAIN_MS ? [`${kind} ${target}: the first write was acknowledged after ${ms(firstSuccessMs)} ms, a bare restart takes ${ms(bare)} ms`] : []

/** What no machine excuses: something lost, done twice, stuck or unexplained; a 503 that does not say when to come back. Empty when nothing was. */
export const losses = ({ strikes, tally, audit, lostErrands, triesPerRequest }: Outcome): string[] => [
  ...total(audit.findings) > 0 ? kindsOfFinding.filter(kind => audit.findings[kind].length > 0).map(kind => `${audit.findings[kind].length} ${kind}: ${audit.findings[kind].slice(0, 3).join('; ')}`) : [],
  ...withoutRetryAfter(tally).map(a => `${a.operation} was answered 503 without Retry-After`),
  ...lostErrands, ...audit.lag,
  ...triesPerRequest > MOST_TRIES ? [`each request was tried ${triesPerRequest.toFixed(1)} times`] : [],
  ...strikes.filter(s => s.firstSuccessMs === undefined).map(s => `nothing was acknowledged any more after: ${s.kind} ${s.target}`),
]

/** Why a run did not reach what it should, in time as well; empty when it did. */
export const shortfalls = (outcome: Outcome): string[] => {
  const { strikes, bare, tally, backlogs } = outcome
  return [
    ...losses(outcome), ...tally.strange,
    ...hanging(tally).map(a => `${a.operation} hung ${Math.round(a.ms)} ms (${a.status} ${a.code})`),
    ...strikes.flatMap(s => tooLate(s, bare.get(s.target))),
    ...backlogs.length > 0 && backlogRate(backlogs) < LEAST_RATE ? [`a backlog was worked off at ${backlogRate(backlogs).toFixed(2)} of the consumer's own rate`] : [],
  ]
}
