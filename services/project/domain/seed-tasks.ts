import type { SeedTask } from '../../shared/contracts/task/internal.ts'
import type { TemplateTask } from '../../shared/contracts/project/schemas.ts'

const dayMs = 86_400_000

/** The tasks of a template as they begin in a project: ids by `idOf`, days counted from `start`, blockers by their new ids. */
export const seedTasks = (tasks: readonly TemplateTask[], start: string, idOf: (key: string) => string): SeedTask[] =>
  tasks.map(({ key, startDay, dueDay, blockedBy, ...rest }) => ({
    ...rest,
    id: idOf(key),
    startAt: dayAfter(start, startDay),
    dueAt: dayAfter(start, dueDay),
    blockedBy: blockedBy.map(idOf),
  }))

const dayAfter = (start: string, days: number | null): string | null => days === null ? null : new Date(Date.parse(start) + days * dayMs).toISOString()
