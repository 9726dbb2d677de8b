import type { Dashboard } from '../../shared/contracts/analytics/http.ts'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { figuresOf } from './figures.ts'
import type { State } from './recounted.ts'
import { days } from './range.ts'
import type { Ask } from './tallies.ts'

/** The figures of some projects in a range of time, as the contract tells them; the same number of questions whatever the number of projects. */
export const dashboard = async (db: ClickHouse, ask: Ask, figuresFor = figuresOf): Promise<Dashboard> => {
  const { projectIds, from, to } = ask
  const { state, activity } = await figuresFor(db, ask)
  const span = days(from, to)
  const active = new Map(activity.map(a => [a.day, a]))
  const weeks = Math.max(Date.parse(to) - Date.parse(from), 1) / 604_800_000
  return {
    from, to, projectIds: [...projectIds],
    perDay: span.map(day => ({ day, created: state.createdPerDay.get(day) ?? 0, completed: state.completedPerDay.get(day) ?? 0 })),
    throughput: { completed: state.completed, perWeek: Math.round(state.completed / weeks * 100) / 100 },
    cycleTimeHours: state.cycleHours, leadTimeHours: state.leadHours, workInProgress: state.inProgress, open: state.open, overdue: state.overdue,
    byStatus: [...state.byStatus].map(([status, tasks]) => ({ status, tasks })).toSorted((a, b) => a.status < b.status ? -1 : 1),
    load: loadOf(state),
    activity: span.map(day => active.get(day) ?? { day, events: 0, people: 0 }),
  }
}

const loadOf = ({ loadOpen, loadInProgress, loadOverdue, loadCompleted }: State): Dashboard['load'] =>
  [...new Set([...loadOpen.keys(), ...loadCompleted.keys()])].toSorted().map(userId => ({
    userId, open: loadOpen.get(userId) ?? 0, inProgress: loadInProgress.get(userId) ?? 0,
    overdue: loadOverdue.get(userId) ?? 0, completed: loadCompleted.get(userId) ?? 0,
  }))
