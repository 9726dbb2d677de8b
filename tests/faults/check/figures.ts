import type { Dashboard } from '../../../services/shared/contracts/analytics/http.ts'
import type { TaskRow } from '../../../services/task/views/task-document.ts'

type Task = Pick<TaskRow, 'status' | 'category' | 'assigneeId' | 'completedAt' | 'deleted'>
/** What the dashboard adds up of a project's tasks, whatever the day. */
export type Figures = { created: number; completed: number; open: number; inProgress: number; byStatus: Record<string, number>; load: Record<string, number> }

const add = (sums: Record<string, number>, key: string): void => { sums[key] = (sums[key] ?? 0) + 1 }
const sorted = (sums: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(sums).filter(([, n]) => n > 0).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** By the tasks as they stand; who was erased is nobody. */
export const figuresOf = (tasks: readonly Task[], gone: ReadonlySet<string>): Figures => {
  const figures: Figures = { created: 0, completed: 0, open: 0, inProgress: 0, byStatus: {}, load: {} }
  for (const { status, category, assigneeId, completedAt } of tasks.filter(task => !task.deleted)) {
    const isOpen = category !== 'done' && category !== 'cancelled'
    figures.created++
    if (category === 'done' && completedAt !== null) figures.completed++
    if (isOpen) figures.open++
    if (category === 'active' || category === 'review') figures.inProgress++
    add(figures.byStatus, status)
    if (isOpen && assigneeId !== null && !gone.has(assigneeId)) add(figures.load, assigneeId)
  }
  return { ...figures, byStatus: sorted(figures.byStatus), load: sorted(figures.load) }
}

/** The same of what the dashboard says. */
export const figuresIn = ({ perDay, throughput, open, workInProgress, byStatus, load }: Dashboard): Figures => ({
  created: perDay.reduce((sum, day) => sum + day.created, 0), completed: throughput.completed, open, inProgress: workInProgress,
  byStatus: sorted(Object.fromEntries(byStatus.map(s => [s.status, s.tasks]))), load: sorted(Object.fromEntries(load.map(l => [l.userId, l.open]))),
})
