import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { DomainCommit } from '../shared/kit/events/log/event-log.ts'
import { byItself, type TaskDeps } from './deps.ts'
import { inParallel, limited } from '../shared/kit/in-parallel.ts'
import type { StoredEvent } from './publish.ts'
import { dayOf, slotOf } from './views/task-document.ts'

const DAY_S = 86_400
/** So far back is looked for what nobody said, and so far ahead for jobs that were lost. Each day is one look-up, however many tasks there are. */
const BACK_DAYS = 100
const AHEAD_DAYS = 2
const Slot = z.looseObject({ slot: z.string().regex(/^-?\d{1,12}$/) })

/**
 * Says once of each due date that it has passed. A Dapr job per second in which something becomes due wakes the service, so nothing polls.
 * A job whose tasks have moved on finds nothing to say; one that was lost is scheduled again at the next start, or when its day comes.
 */
export const overdueJobs = ({ tasks, taskView, dapr, clock }: Pick<TaskDeps, 'tasks' | 'taskView' | 'dapr' | 'clock'>) => {
  const scheduled = new LRUCache<string, true>({ max: 10_000 })
  const inTurn = limited(4)
  const nowMs = (): number => Date.parse(clock.now())

  const schedule = async (slot: string): Promise<void> => {
    if (scheduled.has(slot)) return
    // A second of grace: the job must not fire before the task is in the read model.
    const due = new Date(Math.max(Number(slot) * 1000, nowMs()) + 1000).toISOString()
    await inTurn(() => dapr.jobs.schedule(`overdue-${slot}`, { due, data: { slot } }))
    // One that fires soon may have read its tasks already when the next one comes.
    if (Number(slot) * 1000 > nowMs() + 5_000) scheduled.set(slot, true)
  }
  const mark = async (organizationId: string, taskId: string, dueAt: string): Promise<void> => {
    await tasks.handle(organizationId, taskId, { type: 'MarkOverdue', taskId, dueAt, at: clock.now() }, byItself(clock, `${taskId}:overdue:${dueAt}`))
  }
  const run = async (data: unknown): Promise<void> => {
    const { slot } = Slot.parse(data)
    scheduled.delete(slot)
    // The clock may have been set back since the job was made.
    if (Number(slot) * 1000 > nowMs()) return schedule(slot)
    await taskView.settled()
    await inParallel(await taskView.collection.find({ dueSlot: slot }), 64, async ({ _id, organizationId, dueAt }) => { if (dueAt !== null) await mark(organizationId, _id, dueAt) })
  }
  const dueOf = async (tenantId: string, id: string, event: StoredEvent): Promise<string | null> => {
    if (event.type === 'TaskCreated') return event.fields.dueAt
    if (event.type === 'TaskUpdated') return event.changes.dueAt?.after ?? null
    if (event.type !== 'TaskRestored' && !(event.type === 'TaskStatusChanged' && event.reopened)) return null
    const { state } = await tasks.load(tenantId, id)
    return state.exists ? state.dueAt : null
  }

  return {
    run,
    /** The reaction to whatever gives a task a due date to be watched. */
    follow: async ({ tenantId, aggregateId, events }: Pick<DomainCommit<StoredEvent>, 'tenantId' | 'aggregateId' | 'events'>): Promise<void> => {
      for (const event of events) {
        const dueAt = await dueOf(tenantId, aggregateId, event)
        if (dueAt === null) continue
        if (Date.parse(dueAt) <= nowMs()) await mark(tenantId, aggregateId, dueAt)
        else await schedule(String(slotOf(dueAt)))
      }
    },
    /** At the start, and once a day: whatever is about to become due has its job, also when the scheduler has lost it, and what became due unseen is said. */
    recover: async (): Promise<void> => {
      const now = Math.floor(nowMs() / 1000)
      for (let day = -BACK_DAYS; day <= AHEAD_DAYS; day++) {
        const rows = await taskView.collection.find({ dueDay: dayOf(now + day * DAY_S) })
        const slots = new Set(rows.flatMap(({ dueSlot }) => dueSlot ?? []))
        await inParallel([...slots], 4, slot => (Number(slot) * 1000 <= nowMs() ? run({ slot }) : schedule(slot)))
      }
    },
  }
}
export type OverdueJobs = ReturnType<typeof overdueJobs>
