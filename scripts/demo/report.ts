import type { Backlog } from './backlog/item.ts'
import { mostBlockers, type Links } from './backlog/links.ts'
import { delivered } from './deliveries.ts'
import { agrees, sum } from './reconcile.ts'
import type { Told } from './story.ts'
import { checkTable, deliveryTable, eventTable, whyNoFigure } from './table.ts'
import type { Tally } from './tally.ts'
import type { Verified } from './verify.ts'

const shown = 8
const number = (n: number): string => n.toLocaleString('en')

/** What the file held that was not taken, or not as it stood. */
export const inputReport = ({ items, bad, cut, ignoredColumns }: Backlog, links: Links): string => [
  `${number(items.length)} items taken, ${number(bad.length)} rows not, ${number(cut.length)} cuts`
    + (ignoredColumns.length ? `, columns not used: ${ignoredColumns.join(', ')}` : ''),
  ...some(bad.map(({ line, reason }) => `line ${line}: ${reason}`)),
  ...some(cut.map(({ line, reason }) => `line ${line}: ${reason}`)),
  `${number(sum([...links.blockedBy.values()].map(b => b.length)))} dependencies, `
    + `${links.cycles.length} that would close a circle, ${links.unknown.length} to items that are not there, `
    + `${links.tooMany.length} beyond the ${mostBlockers} of one item`,
  ...some(links.cycles.map(c => `circle ${c.join(' → ')}`)),
].map(line => `  ${line}`).join('\n')

const some = (lines: readonly string[]): string[] => [
  ...lines.slice(0, shown).map(line => `  ${line}`),
  ...(lines.length > shown ? [`  … and ${lines.length - shown} more`] : []),
]

type Played = Pick<Told, 'tried' | 'closed' | 'brought' | 'frames'>

/** The tables at the end, and whether everything agrees. */
export const finalReport = (told: Played, verified: Verified, tally: Tally, seconds: number): { text: string; agree: boolean } => {
  const { rows, deliveries, checks } = verified
  const { refused } = told.brought
  const agree = rows.every(agrees) && deliveries.every(delivered) && checks.every(c => c.expected === c.found)
  const wrong = told.tried.refusals.filter(r => r.expected !== r.got).map(r => `${r.what}: expected ${r.expected}, got ${r.got}`)
  return {
    agree,
    text: [
      '', eventTable(rows), '', deliveryTable(deliveries), whyNoFigure, '', checkTable(checks),
      ...[...wrong, ...told.closed.problems].map(line => `  ✗ ${line}`),
      ...(refused.length ? [`  the platform refused ${number(refused.length)} things of the backlog`] : []),
      ...some(refused.map(r => `refused: ${r.ref}, ${r.what}: ${r.why}`)), '',
      `  ${number(tally.commands)} commands acknowledged, ${number(sum(tally.refusals.values()))} refused, `
        + `${number(tally.requests)} requests in ${seconds.toFixed(1)} s`
        + (tally.waited ? ` (${tally.waited} s of them waiting as Retry-After asked)` : ''),
      `  ${number(sum(verified.log.events.values()))} events in the log of tasks and projects, ${number(verified.clickHouse)} rows in ClickHouse, `
        + `${number(told.frames.total())} frames, ${number(verified.notifications)} notifications, ${number(verified.mails)} mails`,
      `  platform: ${verified.status}`, '', agree ? '  Everything agrees.' : '  ✗ NOT EVERYTHING AGREES.',
    ].join('\n'),
  }
}
