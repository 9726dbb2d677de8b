import type { Logger } from '../observe/log.ts'
import type { DaprJobs } from './dapr.ts'

/** Schedules a job that comes again and again (`schedule` as in cron, or `@daily`); the scheduler may still be coming up, so it is tried until it takes it. */
export const keepScheduled = async (jobs: DaprJobs, name: string, schedule: string, logger: Logger): Promise<void> => {
  try {
    await jobs.schedule(name, { schedule })
  } catch (error) {
    logger.warn({ error, job: name }, 'the job will be scheduled later')
    setTimeout(() => { void keepScheduled(jobs, name, schedule, logger) }, 15_000).unref()
  }
}
