import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { DomainCommit } from '../shared/kit/events/ports.ts'
import { byItself, type TaskDeps } from './deps.ts'
import type { StoredEvent } from './publish.ts'
import { inParallel } from './in-parallel.ts'
import { toTaskDocument } from './views/task-document.ts'

const Slot = z.looseObject({ slot: z.string().regex(/^-?\d{1,12}$/) })

/**
 * Says once of each due date that it has passed. A Dapr job per second in which something becomes due wakes the service, so nothing polls.
 * A job whose tasks have moved on finds nothing to say; one that was lost is scheduled again at the next start.
 */
export const overdueJobs = ({ tasks, taskView, dapr, clock }: Pick<TaskDeps, 'tasks' | 'taskView' | 'dapr' | 'clock'>) => {
  const scheduled = new LRUCache<string, true>({ max: 10_000 })
  const nowMs = (): number => Date.parse(clock.now())

  const schedule = async (slot: string): Promise<void> => {
    if (scheduled.has(slot)) return
    // A second of grace: the job must not fire before the task is in the read model.
    const due = new Date(Math.max(Number(slot) * 1000, nowMs()) + 1000).toISOString()
    await dapr.jobs.schedule(`overdue-${slot}`, { due, data: { slot } })
    // One that fires soon may have read its tasks already when the next one comes.
    if (Number(slot) * 1000 > nowMs() + 5_000) scheduled.set(slot, true)
  }
  const run = async (data: unknown): Promise<void> => {
    const { slot } = Slot.parse(data)
    scheduled.delete(slot)
    await taskView.settled()
    // The clock may have been set back since the job was made.
    if (Number(slot) * 1000 > nowMs() + 1_000) return schedule(slot)
    const at = new Date(Math.max(Number(slot) * 1000, nowMs())).toISOString()
    const rows = await taskView.collection.find({ dueSlot: slot })
    await inParallel(rows, 64, async ({ _id: taskId, organizationId, dueAt }) => {
      if (dueAt !== null) await tasks.handle(organizationId, taskId, { type: 'MarkOverdue', taskId, dueAt, at }, byItself(clock, `${taskId}:overdue:${dueAt}`))
    })
  }
  const concerns = (event: StoredEvent): boolean =>
    (event.type === 'TaskCreated' && event.fields.dueAt !== null) || (event.type === 'TaskUpdated' && event.changes.dueAt !== undefined) ||
    (event.type === 'TaskStatusChanged' && event.reopened) || event.type === 'TaskRestored'

  return {
    run,
    /** The reaction: a job for what has become due to be watched. */
    follow: async ({ tenantId, aggregateId, events }: Pick<DomainCommit<StoredEvent>, 'tenantId' | 'aggregateId' | 'events'>): Promise<void> => {
      if (!events.some(concerns)) return
      const slot = toTaskDocument((await tasks.load(tenantId, aggregateId)).state, { tenantId })?.dueSlot
      if (slot !== null && slot !== undefined) await schedule(slot)
    },
    /** At the start: whatever waits for its due date gets its job, also when the scheduler has lost it. */
    recover: async (): Promise<void> => {
      const slots = await taskView.collection.aggregate<{ _id: string }>([{ $match: { awaitsDue: true } }, { $group: { _id: '$dueSlot' } }])
      await inParallel(slots, 8, ({ _id: slot }) => schedule(slot))
    },
  }
}
export type OverdueJobs = ReturnType<typeof overdueJobs>
