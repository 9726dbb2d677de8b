/** What runs when the Scheduler fires the job of this name. */
export type JobHandler = { name: string; run(data: unknown): Promise<void> }
/** A job's handler; a throw answers 500 and the Scheduler tries again. */
export const job = (name: string, run: (data: unknown) => Promise<void>): JobHandler => ({ name, run })
