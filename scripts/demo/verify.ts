import type { AppId } from '../../services/shared/contracts/define.ts'
import type { Apis } from './apis.ts'
import { readDeliveries, type Delivery } from './deliveries.ts'
import { inParallel } from './in-parallel.ts'
import { readLog, type LogCounts } from './log-reader.ts'
import type { MailCatcher } from './mails.ts'
import { mailsFor } from './muting.ts'
import { pages } from './pages.ts'
import type { Progress } from './progress.ts'
import { agrees, counted, rowsOf, sum, untilSettled, type Check, type Row } from './reconcile.ts'
import type { Told } from './story.ts'
import { domainOf } from './team.ts'

export type Verified = {
  rows: Row[]; deliveries: Delivery[]; checks: Check[]
  log: LogCounts; notifications: number; mails: number; clickHouse: number; status: string
}
type Deps = { apis: Apis; mails: MailCatcher; progress: Progress; runId: string }

const patienceMs = 90_000

/**
 * Compares what was acknowledged with the log, with ClickHouse, with the socket, with the inboxes and with the mails, and asks who got what,
 * until they agree or the patience is at its end.
 */
export const verify = async ({ apis, mails, progress, runId }: Deps, told: Told): Promise<Verified> => {
  const { founder, team, leaver, everybody, frames, projectIds, muted } = told
  const readers = [founder, ...team.slice(1, -1)]
  const people = [...new Set(everybody.values())].filter(p => p !== leaver)
  const log = await readLog({ apis, founder, readers, progress }, projectIds)
  const step = progress.step('places compared', 4)

  const compare = async () => {
    const { total, events } = await apis.analytics.counts({ token: await founder.token() })
    return { clickHouse: total, rows: rowsOf({ acknowledged: acknowledgedBy(told), log: log.events, rows: counted(events), frames: frames.byName() }) }
  }
  const compared = await untilSettled(compare, ({ rows }) => rows.every(agrees), patienceMs)
  step.to(1)

  const readInboxes = async () => {
    const types = (await inParallel(people, 8, async person => {
      const own: string[] = []
      for await (const n of pages(async cursor => apis.notifications.list({ query: { limit: 200, ...cursor }, token: await person.token() }))) own.push(n.type)
      return own
    })).flat()
    return { total: types.length, assigned: types.filter(t => t === 'assigned').length }
  }
  const expectedAssigned = sum([...log.assigned].map(([id, times]) => (id === leaver.id ? 0 : times)))
  const inboxes = await untilSettled(readInboxes, found => found.assigned === expectedAssigned, patienceMs)
  step.to(2)

  const expectedMails = mailsFor({ invited: people.length, assigned: log.assigned, mentions: told.worked.mentions, muted })
  const mailed = await untilSettled(() => mails.all(domainOf(runId)), found => found.length === expectedMails, patienceMs)
  step.to(3)

  const seen = new Map<AppId, number>([['analytics', compared.clickHouse], ['gateway', sum(compared.rows.map(r => r.frames ?? 0))]])
  const deliveries = await readDeliveries({ gateway: apis.gateway, token: founder.token, patienceMs }, seen)
  step.done()

  return {
    ...compared, deliveries, log, notifications: inboxes.total, mails: mailed.length, status: await statusLine(apis),
    checks: [
      { name: 'notifications "assigned to you"', expected: expectedAssigned, found: inboxes.assigned },
      { name: 'mails (invitations, assignments, mentions)', expected: expectedMails, found: mailed.length },
      { name: 'links drawn and taken back by the team', expected: told.worked.links, found: sum(team.map(p => log.linked.get(p.id) ?? 0)) },
      { name: 'gaps on the socket', expected: 0, found: frames.gaps() },
      {
        name: 'forbidden things refused as documented',
        expected: told.tried.refusals.length, found: told.tried.refusals.filter(r => r.expected === r.got).length,
      },
      { name: 'traces of the closed account', expected: 0, found: told.closed.problems.length + (told.closed.outcome === 'completed' ? 0 : 1) },
    ],
  }
}

/** What the gateway's answers amount to in events, where an answer says so by itself. */
const acknowledgedBy = ({ brought, worked, tried, templateTasks, everybody, projectIds }: Told): Map<string, number> => new Map([
  ['TaskCreated', brought.idOf.size + templateTasks],
  ['TaskStatusChanged', brought.statusChanges + worked.statusChanges + tried.statusChanges],
  ['TaskCompleted', brought.completed + worked.completed],
  ['CommentAdded', worked.comments], ['ProjectCreated', projectIds.length], ['UserCreated', new Set(everybody.values()).size], ['UserDeleted', 1],
])

const statusLine = async (apis: Apis): Promise<string> => {
  const { state, services } = await apis.gateway.status({})
  const lag = (of: 'relayLag' | 'consumerLag'): number => sum(services.map(s => s[of] ?? 0))
  const ready = services.filter(s => s.state === 'ready').length
  return `${state}, ${ready} of ${services.length} services ready, `
    + `waiting to be published ${lag('relayLag')}, waiting to be consumed ${lag('consumerLag')}`
}
