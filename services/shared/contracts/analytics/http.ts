import { z } from 'zod'
import { operation } from '../define.ts'
import { Id, Time } from '../primitives.ts'

const Day = z.iso.date()
/** The store's days end in June 2149 and begin anew behind that. */
const Instant = Time.refine(t => t < '2149', 'must lie before the year 2149').meta({ description: 'before the year 2149' })
const Count = z.number().int()
/** Hours at which 50, 85 and 95 of 100 completed tasks were done; null when none was. */
const Percentiles = z.object({ p50: z.number().nullable(), p85: z.number().nullable(), p95: z.number().nullable() })

export const Dashboard = z.object({
  from: Time, to: Time, projectIds: z.array(Id),
  perDay: z.array(z.object({ day: Day, created: Count, completed: Count })),
  throughput: z.object({ completed: Count, perWeek: z.number() }),
  /** From the first work on a task to its completion. */
  cycleTimeHours: Percentiles,
  /** From its creation to its completion. */
  leadTimeHours: Percentiles,
  /** As things stood at `to`: begun and neither closed nor deleted. */
  workInProgress: Count,
  open: Count,
  overdue: Count,
  byStatus: z.array(z.object({ status: z.string(), tasks: Count })),
  load: z.array(z.object({ userId: Id, open: Count, inProgress: Count, overdue: Count, completed: Count })),
  activity: z.array(z.object({ day: Day, events: Count, people: Count })),
})
export type Dashboard = z.infer<typeof Dashboard>

// It gives way to all others: where the machine is full, figures that come late are worth more than none.
const patienceMs = 10_000

export const analyticsApi = {
  dashboard: operation({
    method: 'GET', path: '/api/analytics/dashboard', access: 'user', status: 200,
    summary: 'Flow, load and activity of one project or of all you can see; the last 30 days unless told', patienceMs,
    query: z.strictObject({ projectId: Id.optional(), from: Instant.optional(), to: Instant.optional() }),
    reply: Dashboard, errors: { 'project-unknown': 404, 'bad-range': 400 },
  }),
  counts: operation({
    method: 'GET', path: '/api/analytics/counts', access: 'user', status: 200,
    summary: 'How many events of the organization arrived, by name; for its owners and admins', patienceMs,
    reply: z.object({ total: Count, events: z.array(z.object({ name: z.string(), count: Count })) }),
  }),
}
