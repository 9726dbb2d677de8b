import { join } from 'node:path'
import { z } from 'zod'
import type { CloudEvent } from '../../../services/shared/contracts/feed.ts'
import { connectClickHouse, type ClickHouse } from '../../../services/analytics/clickhouse/clickhouse.ts'
import { dashboard } from '../../../services/analytics/dashboard/dashboard.ts'
import { StatusCategory } from '../../../services/shared/contracts/workflow.ts'
import { canonicalJson } from '../../../services/shared/kit/events/log/commit.ts'
import { compare } from '../check/compare.ts'
import { figuresIn, type Figures } from '../check/figures.ts'
import type { Findings } from '../check/findings.ts'
import { dueRow, textOf } from '../check/rows.ts'
import type { Platform } from './platform.ts'

const time = z.string().nullable()
const Row = z.object({
  event_id: z.string(), name: z.string(), topic: z.string(), partition: z.number(), position: z.number(),
  organization_id: z.string(), project_id: z.string(), subject: z.string(), aggregate_version: z.number(),
  at: z.string(), actor_id: z.string(), task_id: z.string(), user_id: z.string(), assignee_id: z.string(), reporter_id: z.string(),
  status: z.string(), category: z.union([StatusCategory, z.literal('')]), sets_due: z.union([z.literal(0), z.literal(1)]),
  due_at: time, created_at: time, started_at: time, completed_at: time, correlation_id: z.string(), data: z.string(),
})
/** All public events, whose people are gone since, which aggregates nobody can handle, and what a project comes to. */
export type Ingested = {
  events: readonly CloudEvent[]
  gone: ReadonlySet<string>
  poisoned: ReadonlySet<string>
  project: { organizationId: string; projectId: string; figures: Figures }
}
const TWO_HOURS_MS = 7_200_000
const DAYS_30_MS = 30 * 86_400_000

/**
 * Every public event is one row of ClickHouse, without the people who are gone, and the dashboard adds up what is there.
 * The embedded engine takes one process per folder, so the service steps aside for the look.
 */
export const checkRows = async (platform: Platform, ingested: Ingested): Promise<Pick<Findings, 'missing' | 'twice' | 'phantom' | 'unequal'>> => {
  await platform.part('analytics').stop()
  const db = await connectClickHouse({ folder: join(platform.home, 'data/analytics') })
  try {
    const { unequal, ...rows } = await eventRows(db, ingested)
    return { ...rows, unequal: [...unequal, ...await tallies(db, ingested.project)] }
  } finally {
    await db.close()
  }
}

const eventRows = async (db: ClickHouse, { events, gone, poisoned }: Ingested) => {
  const rows = (await db.query(Row, 'SELECT * FROM analytics_db.events')).filter(({ subject }) => !poisoned.has(subject))
  const due = new Map(events.flatMap(event => { const row = dueRow(event, gone); return row ? [[row.event_id, { id: event.id, text: textOf(row) }] as const] : [] }))
  return {
    ...compare('ClickHouse', { must: [...due.values()].map(({ id }) => id) }, rows.map(row => due.get(row.event_id)?.id ?? row.event_id)),
    unequal: rows.flatMap(row => {
      const [wanted, text] = [due.get(row.event_id), textOf(row)]
      return wanted && wanted.text !== text ? [`ClickHouse: ${wanted.id} is ${text.slice(0, 600)}, by the log ${wanted.text.slice(0, 600)}`] : []
    }),
  }
}

/** The figures that were added up while the team was at work, as far as nothing has happened since. */
const tallies = async (db: ClickHouse, { organizationId, projectId, figures }: Ingested['project']): Promise<string[]> => {
  const [from, to] = [-DAYS_30_MS, TWO_HOURS_MS].map(ms => new Date(Date.now() + ms).toISOString())
  const [told, counted] = [canonicalJson(figuresIn(await dashboard(db, { organizationId, projectIds: [projectId], from: from ?? '', to: to ?? '' }))), canonicalJson(figures)]
  return told === counted ? [] : [`dashboard: ${told}, by the log ${counted}`]
}
