import { z } from 'zod'
import type { Dashboard } from '../../shared/contracts/analytics/http.ts'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { days } from './range.ts'
import { activitySql, stateSql } from './sql.ts'

export type Ask = { organizationId: string; projectIds: readonly string[]; from: string; to: string }

/** What `sumMap` gives: the keys, and their sums. */
const sums = z.tuple([z.array(z.string()), z.array(z.number())]).transform(([keys, values]) => new Map(keys.map((key, i) => [key, values[i] ?? 0])))
const hours = z.tuple([z.number().nullable(), z.number().nullable(), z.number().nullable()]).transform(([p50, p85, p95]) => ({ p50: round(p50), p85: round(p85), p95: round(p95) }))
const State = z.object({
  createdPerDay: sums, completedPerDay: sums, leadHours: hours, cycleHours: hours, open: z.number(), inProgress: z.number(), overdue: z.number(), byStatus: sums, completed: z.number(),
  loadOpen: sums, loadInProgress: sums, loadOverdue: sums, loadCompleted: sums,
})
const Activity = z.object({ day: z.iso.date(), events: z.number(), people: z.number() })

/** The figures of some projects in a range of time, from the events alone: two queries, whatever the number of projects. */
export const dashboard = async (db: ClickHouse, { organizationId, projectIds, from, to }: Ask): Promise<Dashboard> => {
  const params = { org: organizationId, projects: projectIds, from, to }
  const [[state], activity] = await Promise.all([db.query(State, stateSql, params), db.query(Activity, activitySql, params)])
  const span = days(from, to)
  const figures = state ?? State.parse(nothing)
  const active = new Map(activity.map(a => [a.day, a]))
  return {
    from, to, projectIds: [...projectIds],
    perDay: span.map(day => ({ day, created: figures.createdPerDay.get(day) ?? 0, completed: figures.completedPerDay.get(day) ?? 0 })),
    throughput: { completed: figures.completed, perWeek: Math.round(figures.completed / (Math.max(Date.parse(to) - Date.parse(from), 1) / 604_800_000) * 100) / 100 },
    cycleTimeHours: figures.cycleHours, leadTimeHours: figures.leadHours, workInProgress: figures.inProgress, open: figures.open, overdue: figures.overdue,
    byStatus: [...figures.byStatus].map(([status, tasks]) => ({ status, tasks })),
    load: loadOf(figures),
    activity: span.map(day => active.get(day) ?? { day, events: 0, people: 0 }),
  }
}

const loadOf = ({ loadOpen, loadInProgress, loadOverdue, loadCompleted }: z.output<typeof State>): Dashboard['load'] =>
  [...new Set([...loadOpen.keys(), ...loadCompleted.keys()])].toSorted().map(userId => ({
    userId, open: loadOpen.get(userId) ?? 0, inProgress: loadInProgress.get(userId) ?? 0, overdue: loadOverdue.get(userId) ?? 0, completed: loadCompleted.get(userId) ?? 0,
  }))

const none = [[], []]
const nothing = {
  createdPerDay: none, completedPerDay: none, leadHours: [null, null, null], cycleHours: [null, null, null], open: 0, inProgress: 0, overdue: 0, byStatus: none, completed: 0,
  loadOpen: none, loadInProgress: none, loadOverdue: none, loadCompleted: none,
}

function round(value: number | null): number | null { return value === null ? null : Math.round(value * 10_000) / 10_000 }
