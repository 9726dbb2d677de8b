import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { byItself } from '../shared/kit/command.ts'
import type { Dapr } from '../shared/kit/dapr/dapr.ts'
import type { DomainCommit } from '../shared/kit/events/log/event-log.ts'
import { inParallel } from '../shared/kit/in-parallel.ts'
import type { Logger } from '../shared/kit/observe/log.ts'
import { repeatedly } from '../shared/kit/repeatedly.ts'
import { backOff } from '../shared/kit/waiting.ts'
import type { TaskDeps } from './compose.ts'
import type { StoredEvent } from './publish.ts'
import { dayOf, slotOf, type TaskRow } from './views/task-document.ts'

const DAY_S = 86_400
/** So far back is looked for what nobody said, and so far ahead for jobs that were lost. Each day is one look-up, however many tasks there are. */
const BACK_DAYS = 100
const AHEAD_DAYS = 2
const JOBS_AT_ONCE = 4
const LOOK_MS = 3_600_000
const LOOK_SOON_MS = 15_000
type Due = { projectId: string; dueAt: string | null }
const Slot = z.looseObject({ slot: z.string().regex(/^-?\d{1,12}$/) })

/**
 * Says once of each due date that it has passed. A Dapr job per second in which something becomes due wakes the service; `recover` is the safety net beside it.
 * A job whose tasks have moved on finds nothing to say; the hourly look of `watchDueDates` makes a lost one again, or that of the day when it comes.
 */
export const overdueJobs = ({ tasks, taskView, projects, dapr, clock }: Pick<TaskDeps, 'tasks' | 'taskView' | 'projects' | 'dapr' | 'clock'>) => {
  const scheduled = new LRUCache<string, true>({ max: 10_000 })
  const nowMs = (): number => clock.epochMs()

  const schedule = async (slot: string): Promise<void> => {
    if (scheduled.has(slot)) return
    // A second of grace: the job must not fire before the task is in the read model.
    const due = new Date(Math.max(Number(slot) * 1000, nowMs()) + 1000).toISOString()
    await dapr.jobs.schedule(`overdue-${slot}`, { due, data: { slot } })
    // One that fires soon may have read its tasks already when the next one comes.
    if (Number(slot) * 1000 > nowMs() + 5_000) scheduled.set(slot, true)
  }
  const waiting = new Set<string>()
  let atWork = 0
  const scheduleWaiting = async (): Promise<void> => {
    if (atWork === JOBS_AT_ONCE) return
    atWork++
    const retry = backOff({ first: 200, most: 30_000 })
    for (const slot of waiting) {
      // Before it is tried: a task that comes meanwhile lets it wait again, as this job may read its tasks too early for that one.
      waiting.delete(slot)
      await schedule(slot).then(retry.reset, async () => { waiting.add(slot); await retry.wait() })
    }
    atWork--
  }
  /**
   * Slots wait for the scheduler beside the log: commits that waited would have to be read by whoever comes after.
   * What dies with this process, `recover` finds.
   */
  const scheduleSoon = (slot: string): void => {
    waiting.add(slot)
    void scheduleWaiting()
  }
  /** In a closed project nobody can do anything about it. It stays to be said until the project is open again. */
  const mark = async (organizationId: string, taskId: string, { projectId, dueAt }: Due): Promise<void> => {
    if (dueAt === null) return
    const project = await projects.get(organizationId, projectId)
    if (!project || project.deletedAt !== null || project.status === 'archived') return
    const meta = byItself('service:task', `${taskId}:overdue:${dueAt}`, clock.now())
    await tasks.handle(organizationId, taskId, { type: 'MarkOverdue', taskId, dueAt, at: meta.at }, meta)
  }
  const markAll = async (rows: readonly TaskRow[]): Promise<void> => {
    await inParallel(rows, 64, row => mark(row.organizationId, row._id, row))
  }
  const run = async (data: unknown): Promise<void> => {
    const { slot } = Slot.parse(data)
    scheduled.delete(slot)
    // The clock may have been set back since the job was made.
    if (Number(slot) * 1000 > nowMs()) return schedule(slot)
    await taskView.settled()
    await markAll(await taskView.collection.find({ dueSlot: slot }))
  }
  const dueOf = async (tenantId: string, id: string, event: StoredEvent): Promise<Due | undefined> => {
    if (event.type === 'TaskCreated') return { projectId: event.about.projectId, dueAt: event.fields.dueAt }
    if (event.type === 'TaskUpdated') return { projectId: event.about.projectId, dueAt: event.changes.dueAt?.after ?? null }
    if (event.type !== 'TaskRestored' && !(event.type === 'TaskStatusChanged' && event.reopened)) return undefined
    const { state } = await tasks.load(tenantId, id)
    return state.exists ? state : undefined
  }

  return {
    run,
    /** The reaction to whatever gives a task a due date to be watched. */
    follow: async ({ tenantId, aggregateId, events }: Pick<DomainCommit<StoredEvent>, 'tenantId' | 'aggregateId' | 'events'>): Promise<void> => {
      for (const event of events) {
        const { projectId = '', dueAt = null } = await dueOf(tenantId, aggregateId, event) ?? {}
        if (dueAt === null) continue
        if (Date.parse(dueAt) <= nowMs()) await mark(tenantId, aggregateId, { projectId, dueAt })
        else scheduleSoon(String(slotOf(dueAt)))
      }
    },
    /** The reaction to a project that is open again: what became due in it meanwhile is said. */
    reopened: async (organizationId: string, projectId: string): Promise<void> => {
      await taskView.settled()
      const rows = await taskView.collection.find({ organizationId, projectId })
      await markAll(rows.filter(row => row.dueSlot !== null && Number(row.dueSlot) * 1000 <= nowMs()))
    },
    /** At the start, and once an hour: whatever is about to become due has its job, also when the scheduler has lost it, and what became due unseen is said. */
    recover: async (): Promise<void> => {
      const now = Math.floor(nowMs() / 1000)
      // What it was given once it may have lost since.
      scheduled.clear()
      // What is to come first: it asks the project service for nothing.
      for (let day = AHEAD_DAYS; day >= -BACK_DAYS; day--) {
        const rows = await taskView.collection.find({ dueDay: dayOf(now + day * DAY_S) })
        const { past = [], ahead = [] } = Object.groupBy(rows, ({ dueSlot }) => (Number(dueSlot) * 1000 <= nowMs() ? 'past' : 'ahead'))
        for (const { dueSlot } of ahead) if (dueSlot !== null) scheduleSoon(dueSlot)
        await markAll(past)
      }
    },
  }
}
export type OverdueJobs = ReturnType<typeof overdueJobs>

/**
 * Recovers now and every hour, and sees to it that the job of every day is there, either one sooner where it fails; neither waits for the other.
 * The scheduler may be away for long; and what it was given it may lose while this process lives, this job too.
 */
export const watchDueDates = async (
  overdue: Pick<OverdueJobs, 'recover'>, { dapr, logger }: { dapr: Pick<Dapr, 'jobs'>; logger: Pick<Logger, 'warn'> },
): Promise<void> => {
  const watch = async (work: () => Promise<void>, failed: string): Promise<void> => {
    let next = LOOK_MS
    const look = async (): Promise<void> => {
      next = await work().then(() => LOOK_MS, (error: unknown) => { logger.warn({ error }, failed); return LOOK_SOON_MS })
    }
    await look()
    repeatedly(look, () => next).start()
  }
  await Promise.all([
    watch(() => dapr.jobs.schedule('due-dates-daily', { schedule: '@daily' }), 'the job of every day will be scheduled later'),
    watch(overdue.recover, 'due dates will be looked at again'),
  ])
}
