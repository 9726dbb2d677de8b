import { setTimeout as sleep } from 'node:timers/promises'
import { liveEvent } from '../../services/gateway/live/live-event.ts'
import type { HiddenProjectRow, MailRow } from '../../services/notification/store/rows.ts'
import { astray } from './check/astray.ts'
import { checkPositions, checkStreams } from './check/chains.ts'
import { compare } from './check/compare.ts'
import { effectsOf, privateEffectsOf } from './check/effects.ts'
import { figuresOf } from './check/figures.ts'
import { together, total, type Findings } from './check/findings.ts'
import { checkFrames } from './check/frames.ts'
import { sagaRows } from './check/saga-rows.ts'
import { checkSagas } from './check/sagas.ts'
import { deletedProjects, heard, leastTold } from './check/told.ts'
import { producers, readLog, withDatabase, type Producer, type ProducerLog } from './stack/documents.ts'
import { checkInboxErased, checkUserTables } from './stack/erased.ts'
import { checkInbox } from './stack/inbox.ts'
import { lagging, untilQuiet } from './stack/lag.ts'
import { checkMails, type MailCheck } from './stack/mails.ts'
import type { Platform } from './stack/platform.ts'
import { checkRows, type Ingested } from './stack/rows.ts'
import { checkProjectViews, checkTaskViews, tasksOf } from './stack/views.ts'
import type { Ledger } from './team/ledger.ts'
import type { Watcher } from './team/socket.ts'
import type { Team } from './team/work.ts'

export type AuditOptions = { platform: Platform; ledger: Ledger; team: Team; watcher: Watcher; quietMs: number }
export type Audit = {
  findings: Findings
  commits: number
  events: number
  lag: string[]
  quietMs: number
  mails: MailCheck
  frames: { shown: number; repeats: number; gaps: number; errors: readonly string[]; lastAt: number }
}
type Logs = Record<Producer, ProducerLog>
// A consumer asks its producers every five seconds for what the broker lost; what a process left that died is seen through a little later.
const POLL_MS = 16_000
const LOOKS = 3
/** A saga that was postponed while its service was away has its next turns 15 s apart, and a reminder that missed comes again after 30 s. */
const AGAIN_MS = 90_000
// A pile of tasks given to somebody is as many mails, and they leave at some sixty a second.
const MAILS_MS = 300_000

/** Compares everything that was acknowledged with every place that should know of it, once nothing is under way any more. */
export const audit = async (options: AuditOptions): Promise<Audit> => {
  const { platform, quietMs, watcher } = options
  await sleep(POLL_MS)
  const quiet = await untilQuiet(platform, quietMs)
  await untilMailed(platform.stack.secrets['mongodb-uri'] ?? '')
  let looked = await look(options)
  const until = performance.now() + AGAIN_MS
  const isStuckOnly = ({ findings }: typeof looked): boolean => total(findings) === findings.stuck.length
  for (let looks = 1; total(looked.findings) > 0 && (looks < LOOKS || (isStuckOnly(looked) && performance.now() < until)); looks++) {
    await sleep(POLL_MS / 2)
    looked = await look(options)
  }
  const rows = await checkRows(platform, await ingested(looked.logs, options))
  const logs = Object.values(looked.logs)
  return {
    findings: together([looked.findings, rows]), mails: looked.mails, lag: lagging(quiet.lags), quietMs: quiet.ms,
    commits: logs.reduce((n, l) => n + l.commits.length, 0), events: logs.reduce((n, l) => n + l.events.length, 0),
    frames: {
      shown: watcher.shown.length, repeats: watcher.shown.length - new Set(watcher.shown.map(({ id }) => id)).size,
      gaps: watcher.gaps.length, errors: watcher.errors, lastAt: watcher.lastAt(),
    },
  }
}

/** Waits for the mails that are on their way, those of deleted projects are not; what is still waiting after that is looked at as missing. */
const untilMailed = async (uri: string): Promise<void> => {
  const waiting = (): Promise<number> => withDatabase(uri, 'notification', async db => {
    const hidden = new Set((await db.collection<HiddenProjectRow>('hidden_projects').find({}).toArray()).flatMap(note => note.restored ? [] : [note.projectId]))
    const mails = await db.collection<MailRow>('mail_outbox').find({ state: 'waiting' }).toArray()
    return mails.filter(({ told }) => !hidden.has(told?.projectId ?? '')).length
  })
  for (const until = performance.now() + MAILS_MS; performance.now() < until && await waiting() > 0;) await sleep(1_000)
}

const eventsOf = (logs: Logs): ProducerLog['events'] => Object.values(logs).flatMap(log => log.events)
/** Who has closed his account. */
const erased = ({ user }: Logs): Set<string> => new Set(user.events.filter(e => e.type === 'UserDeleted').map(e => e.subject))

const look = async ({ platform: { stack }, ledger, team, watcher }: AuditOptions): Promise<{ findings: Findings; logs: Logs; mails: MailCheck }> => {
  const uri = stack.secrets['mongodb-uri'] ?? ''
  const [user, task, project, ai] = await Promise.all([readLog(uri, 'user'), readLog(uri, 'task'), readLog(uri, 'project'), readLog(uri, 'ai')])
  const whole: Logs = { user, task, project, ai }
  const handled = ({ events, ...log }: ProducerLog): ProducerLog => ({ ...log, events: events.filter(event => !ledger.poisoned.has(event.subject)) })
  const logs: Logs = { user, task: handled(task), project, ai }
  const events = eventsOf(logs)
  const commits = producers.flatMap(service => logs[service].commits)
  const found = [...events.flatMap(event => effectsOf(event, ledger.built)), ...commits.flatMap(privateEffectsOf)]
  const gone = erased(logs)
  const told = await heard(events)
  const mailboxes = { addresses: new Map([team.owner, ...team.members].map(m => [m.id, m.email])), invited: ledger.invited, away: deletedProjects(told) }
  const mails = await checkMails(stack.urls.mail, leastTold(told), mailboxes)
  const sagas = await Promise.all((['user', 'project'] as const).map(service => withDatabase(uri, service, sagaRows)))
  const findings = together([
    compare('the log', { must: ledger.acknowledged, may: ledger.asked }, found),
    { missing: astray(ledger.askedBack, new Set(found)) },
    ...Object.values(logs).flatMap(log => [checkStreams(log.commits), checkPositions(log.commits, log.segments)]),
    checkSagas(ledger.sagas, sagas.flat(), new Date().toISOString()),
    await checkInbox(uri, told, gone), await checkInboxErased(uri, gone), await checkUserTables(uri, user),
    { missing: mails.missing, twice: mails.twice, phantom: mails.phantom },
    { unequal: [...await checkTaskViews(uri, task, project), ...await checkProjectViews(uri, project)] },
    checkFrames(watcher, { all: eventsOf(whole), concerns: event => !ledger.poisoned.has(event.subject) && watches(event, team) }),
  ])
  return { findings, logs, mails }
}

/** What happens in the project, and what concerns its owner, wherever. */
const watches = (event: ProducerLog['events'][number], { owner, projectId }: Team): boolean => {
  const live = liveEvent(event)
  return live !== undefined && (live.projectId === projectId || live.people.includes(owner.id))
}

/** What ClickHouse should hold, and what the dashboard should say of the project's tasks. */
const ingested = async (logs: Logs, { platform: { stack }, ledger: { poisoned }, team: { owner: { organizationId }, projectId } }: AuditOptions): Promise<Ingested> => {
  const gone = erased(logs)
  const figures = figuresOf(await tasksOf(stack.secrets['mongodb-uri'] ?? '', projectId), gone)
  return { events: eventsOf(logs), gone, poisoned, project: { organizationId, projectId, figures } }
}
