import { z } from 'zod'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { activitySql, stateSql } from './sql.ts'
import type { Ask } from './tallies.ts'

/** What `sumMap` gives: the keys, and their sums. */
const sums = z.tuple([z.array(z.string()), z.array(z.number())]).transform(([keys, values]) => new Map(keys.map((key, i) => [key, values[i] ?? 0])))
const hours = z.tuple([z.number().nullable(), z.number().nullable(), z.number().nullable()])
  .transform(([p50, p85, p95]) => ({ p50: round(p50), p85: round(p85), p95: round(p95) }))
const State = z.object({
  createdPerDay: sums, completedPerDay: sums, leadHours: hours, cycleHours: hours,
  open: z.number(), inProgress: z.number(), overdue: z.number(), byStatus: sums, completed: z.number(),
  loadOpen: sums, loadInProgress: sums, loadOverdue: sums, loadCompleted: sums,
})
const Activity = z.object({ day: z.iso.date(), events: z.number(), people: z.number() })
export type State = z.output<typeof State>
export type Activity = z.output<typeof Activity>

/** The figures from the events alone: right for any range, and slow where there are many events. */
export const recounted = async (db: ClickHouse, { organizationId, projectIds, from, to }: Ask): Promise<{ state: State; activity: Activity[] }> => {
  const params = { org: organizationId, projects: projectIds, from, to }
  const [[state], activity] = await Promise.all([db.query(State, stateSql, params), db.query(Activity, activitySql, params)])
  return { state: state ?? noFigures(), activity }
}

const none = [[], []]
const nothing = {
  createdPerDay: none, completedPerDay: none, leadHours: [null, null, null], cycleHours: [null, null, null],
  open: 0, inProgress: 0, overdue: 0, byStatus: none, completed: 0,
  loadOpen: none, loadInProgress: none, loadOverdue: none, loadCompleted: none,
}

/** The state where there is no task. */
export const noFigures = (): State => State.parse(nothing)

/** Hours, to a ten-thousandth. */
export function round(value: number | null): number | null { return value === null ? null : Math.round(value * 10_000) / 10_000 }
