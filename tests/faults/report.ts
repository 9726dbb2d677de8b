import { kindsOfFinding } from './check/findings.ts'
import type { Outcome, Strike } from './run.ts'
import { backlogRate, firstAnswerRatio, median, ms, unexplainedIn } from './shortfalls.ts'
import { hanging, isWrite, stillDuring, withoutRetryAfter, type Attempt } from './team/tally.ts'

const worst = (values: readonly number[]): number => Math.max(0, ...values)
const listed = (some: readonly string[]): string => `${some.length}${some.slice(0, 5).map(what => `\n    ${what.slice(0, 300)}`).join('')}`

/**
 * One line for each kind: how often, how long broken, how long until there was an answer again,
 * and that over the restart of the part by itself (median, worst); a dot where nothing could be asked of it.
 */
const lineOf = (kind: string, some: readonly Strike[], bare: ReadonlyMap<string, number>): string => {
  const first = some.map(s => s.firstSuccessMs ?? Infinity)
  const ratios = some.flatMap(s => firstAnswerRatio(s, bare) ?? [])
  return [
    kind.padEnd(38), String(some.length).padStart(6),
    ms(median(some.map(s => s.brokenMs))).padStart(10), ms(median(first)).padStart(10), ms(worst(first)).padStart(10),
    ...[median(ratios), worst(ratios)].map(ratio => (ratios.length ? ratio.toFixed(2) : '·').padStart(9)),
  ].join('  ')
}

/** When a request was asked, what was broken then, and how long the asking process itself stood still meanwhile. */
const circumstances = (attempt: Attempt, { strikes, tally, beganAt }: Outcome): string => {
  const { startedAt, endedAt } = attempt
  const broken = strikes.filter(s => beganAt + s.atMs < endedAt && beganAt + s.atMs + s.brokenMs > startedAt).map(s => `${s.kind} ${s.target}`)
  const still = stillDuring(tally, attempt)
  const asleep = still > 0 ? `; the client itself stood still for ${ms(still)} ms` : ''
  return `from second ${((startedAt - beganAt) / 1000).toFixed(1)} (${broken.join(', ') || 'nothing broken'}${asleep})`
}

/** What a run came to, in one table. */
export const reportOf = (outcome: Outcome): string => {
  const { seed, strikes, plans, bare, tally, audit, lostErrands, tries, backlogs, seconds } = outcome
  const { findings, lag, mails, frames } = audit
  const hung = hanging(tally)
  const statuses = Object.entries(Object.groupBy(tally.attempts, a => String(a.status)))
    .map(([status, some]) => `${status === '0' ? 'no answer' : status} ${some?.length}`)
    .join(', ')
  const rates = backlogs.map(({ held, own }) => `${held.toFixed(0)} events/s after a pause, ${own.toFixed(0)} by itself`).join('; ')
  return [
    `SEED=${seed}  ${Math.round(seconds)} s, ${strikes.length} strikes, ${tally.commands} commands acknowledged in ${tally.attempts.length} requests (${statuses})`, '',
    ['kind'.padEnd(38), 'points', 'broken ms', 'first ok ms', 'worst ms', '÷ restart', 'worst'].join('  '),
    ...[...Map.groupBy(strikes, s => s.kind)].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([kind, some]) => lineOf(kind, some, bare)), '',
    ...kindsOfFinding.map(kind => `${kind.padEnd(10)} ${findings[kind].length}${findings[kind].slice(0, 5).map(what => `\n    ${what}`).join('')}`),
    `hanging    ${hung.length} of the writes took over ${tally.limitMs} ms; the longest ${ms(worst(tally.attempts.filter(isWrite).map(a => a.ms)))} ms`
      + hung.slice(0, 8).map(a => `\n    ${a.operation} ${a.status} ${a.code} ${ms(a.ms)} ms, ${circumstances(a, outcome)}`).join(''),
    `asleep     the asking process stood still ${tally.stalls.length} times, for ${ms(worst(tally.stalls.map(s => s.ms)))} ms at most`,
    `503        ${tally.attempts.filter(a => a.status === 503).length}, ${withoutRetryAfter(tally).length} of them without Retry-After`,
    `unowed     ${listed(unexplainedIn(outcome).map(a => `${a.operation} ${a.status === 0 ? 'no answer' : a.status} ${a.code}, ${circumstances(a, outcome)}`))}`,
    `storm      ${tries.most} tries of one request at its service, at most (${tries.what || 'none'}); ${tries.followed} requests followed there`,
    ...backlogs.length > 0 ? [`backlog    ${rates}: ${backlogRate(backlogs).toFixed(2)}`] : [],
    `missed     ${listed(plans.filter(p => p.tried > p.struck).map(p => `${p.kind}: ${p.tried - p.struck} of ${p.tried} tries`))}`,
    `wrong      ${listed(tally.wrong)}`,
    `late       ${listed(tally.late)}`,
    `given up   ${listed(lostErrands)}`,
    `lag        ${lag.length === 0 ? 'none' : lag.join('; ')} after ${ms(audit.quietMs)} ms`,
    `places     ${audit.commits} commits, ${audit.events} events, ${mails.distinct} mails (${mails.delivered} delivered), `
      + `${frames.shown} frames (${frames.repeats} repeats, ${frames.gaps} gaps, the last at second ${((frames.lastAt - outcome.beganAt) / 1000).toFixed(0)}`
      + `${frames.errors.length > 0 ? `; refused: ${frames.errors.slice(0, 5).join(', ')}` : ''})`,
  ].join('\n')
}
