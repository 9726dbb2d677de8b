import { setTimeout as sleep } from 'node:timers/promises'
import { checkPositions, checkStreams } from './check/chains.ts'
import { compare } from './check/compare.ts'
import { effectsOf } from './check/effects.ts'
import { together, total, type Findings } from './check/findings.ts'
import { sagaRows } from './check/saga-rows.ts'
import { checkSagas } from './check/sagas.ts'
import { producers, readLog, withDatabase, type ProducerLog } from './stack/documents.ts'
import { checkMails, checkNotifications, type MailCheck } from './stack/inbox.ts'
import { lagging, untilQuiet } from './stack/lag.ts'
import type { Platform } from './stack/platform.ts'
import { checkRows } from './stack/rows.ts'
import { checkProjectViews, checkTaskViews } from './stack/views.ts'
import type { Ledger } from './team/ledger.ts'
import type { Watcher } from './team/socket.ts'
import type { Team } from './team/work.ts'

export type AuditOptions = { platform: Platform; ledger: Ledger; team: Team; watcher: Watcher; quietMs: number }
export type Audit = { findings: Findings; commits: number; events: number; lag: string[]; quietMs: number; mails: MailCheck; frames: { shown: number; repeats: number; gaps: number; errors: readonly string[]; lastAt: number } }
// A consumer asks its producers every five seconds for what the broker lost; what a process left that died is seen through a little later.
const POLL_MS = 16_000
const AGAIN = 3
// A pile of tasks given to somebody is as many mails, and they leave at some sixty a second.
const MAILS_MS = 300_000

/** Compares everything that was acknowledged with every place that should know of it, once nothing is under way any more. */
export const audit = async (options: AuditOptions): Promise<Audit> => {
  const { platform, quietMs } = options
  await sleep(POLL_MS)
  const quiet = await untilQuiet(platform, quietMs)
  await untilMailed(platform.stack.secrets['mongodb-uri'] ?? '')
  let looked = await look(options)
  for (let i = 0; i < AGAIN && total(looked.findings) > 0; i++) {
    await sleep(POLL_MS / 2)
    looked = await look(options)
  }
  const rows = await checkRows(platform, looked.logs, options.ledger.poisoned)
  return {
    findings: together([looked.findings, rows]), mails: looked.mails, lag: lagging(quiet.lags), quietMs: quiet.ms,
    commits: looked.logs.reduce((n, l) => n + l.commits.length, 0), events: looked.logs.reduce((n, l) => n + l.events.length, 0),
    frames: { shown: options.watcher.ids.length, repeats: options.watcher.ids.length - new Set(options.watcher.ids).size, gaps: options.watcher.gaps(), errors: options.watcher.errors, lastAt: options.watcher.lastAt() },
  }
}

/** Waits for the mails that are on their way; what is still waiting after that is looked at as missing. */
const untilMailed = async (uri: string): Promise<void> => {
  const waiting = (): Promise<number> => withDatabase(uri, 'notification', db => db.collection('mail_outbox').countDocuments({ state: 'waiting' }))
  for (const until = performance.now() + MAILS_MS; performance.now() < until && await waiting() > 0;) await sleep(1_000)
}

const look = async ({ platform: { stack }, ledger, team, watcher }: AuditOptions): Promise<{ findings: Findings; logs: ProducerLog[]; mails: MailCheck }> => {
  const uri = stack.secrets['mongodb-uri'] ?? ''
  const logs = (await Promise.all(producers.map(service => readLog(uri, service)))).map(log => ({ ...log, events: log.events.filter(event => !ledger.poisoned.has(event.subject)) }))
  const [user, task, project] = logs
  if (!user || !task || !project) throw new Error('a log could not be read')
  const found = logs.flatMap(log => log.events).flatMap(event => effectsOf(event, ledger.built))
  const gone = new Set(user.events.filter(e => e.type === 'UserDeleted').map(e => e.subject))
  const mails = await checkMails(stack.urls.mail, task, new Map(team.members.map(m => [m.id, m.email])))
  const sagas = (await Promise.all((['user', 'project'] as const).map(service => withDatabase(uri, service, sagaRows)))).flat()
  const findings = together([
    compare('the log', { must: ledger.acknowledged, may: ledger.asked }, found),
    ...logs.flatMap(({ commits, segments }) => [checkStreams(commits), checkPositions(commits, segments)]),
    checkSagas(ledger.sagas, sagas, new Date().toISOString()),
    await checkNotifications(uri, task, gone),
    { missing: mails.missing, twice: mails.twice },
    { unequal: [...await checkTaskViews(uri, task), ...await checkProjectViews(uri, project)] },
    { missing: watcher.gaps() === 0 ? unseen(watcher, task, team) : [] },
  ])
  return { findings, logs, mails }
}

/** Whoever watches a project is shown every event of it; a repeat carries the same id. */
const unseen = ({ ids }: Watcher, { events }: ProducerLog, { projectId }: Team): string[] => {
  const seen = new Set(ids)
  return events.filter(({ id, data }) => !seen.has(id) && typeof data === 'object' && data !== null && Reflect.get(data, 'projectId') === projectId).map(({ id }) => `frame: ${id}`)
}
