import { Queue, UnrecoverableError, Worker, DelayedError, type Job } from 'bullmq'
import { breaker as newBreaker, type Breaker } from '../../shared/kit/breaker.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'

/** Not at once; `refused`: because the mail server did not take it. */
export type Later = { afterMs: number; refused?: true }
/** What became of one try: done, later, or given up for good. A throw is tried again. */
export type Outcome = 'done' | Later | { giveUp: string }
/** Whoever waits at the screen for his mail (an invitation, a new password) goes before those who are only told something. */
export type Queued = { id: string; awaited: boolean }
export type MailQueue = {
  /** Adds what is not in the queue yet; throws when Redis is away. */
  add(mails: readonly Queued[]): Promise<void>
  /** How many mails the queue knows. */
  size(): Promise<number>
  start(): void
  stop(): Promise<void>
  ping(): Promise<unknown>
  readonly breaker: Breaker
}
export type QueueOptions = {
  redisUrl: string
  prefix: string
  /** `waitedMs`: since the mail came into the queue. `refusedForMs`: since it was first refused, 0 before. */
  work: (mailId: string, waitedMs: number, refusedForMs: number) => Promise<Outcome>
  lost: (mailId: string, reason: string) => Promise<void>
  logger: Logger
  /** The first wait after a failure; it doubles up to half a minute: so long at most a mail is late when what it waited for is back. */
  retryMs?: number
  /** How long a stop waits for the jobs that are under way. */
  graceMs?: number
}

const name = 'mail'
const longest = 30_000
// Whoever does the work gives up by how long a mail has waited: so often nothing is tried in that time.
const attempts = 1_000_000
// Zero goes first.
const LATER = 1
type Kept = { refusedAt?: number }

/** The Redis job queue of mails. A job holds when its mail was first refused and nothing else, and its id is the mail's: the same mail is queued once. */
export const mailQueue = ({ redisUrl, prefix, work, lost, logger, retryMs = 1_000, graceMs = 5_000 }: QueueOptions): MailQueue => {
  const connection = { url: redisUrl, connectTimeout: 3_000, retryStrategy: (times: number) => Math.min(times * 200, 3_000) }
  // Without a limit a call waits for as long as Redis was never there.
  const breaker = newBreaker({ name: 'mail-queue', timeoutMs: 3_000, retryAfterMs: 500, longestRetryMs: 3_000 })
  // ioredis reports every reconnect; one line per outage is enough.
  let told = false
  const say = (error: Error): void => { if (!told) logger.warn({ error }, 'the mail queue is away'); told = true }
  // Without a limit a job would keep the stack of every failure.
  const newQueue = (): Queue => {
    const queue = new Queue(name, {
      prefix,
      connection: { ...connection, enableOfflineQueue: false, maxRetriesPerRequest: 1 },
      defaultJobOptions: { attempts, backoff: { type: 'growing' }, stackTraceLimit: 1, removeOnComplete: true, removeOnFail: true },
    })
    queue.on('error', say)
    return queue
  }
  let opened: Queue | undefined
  /** BullMQ (6.7) asks Redis for its version when it connects, and fails for ever when Redis goes away during that: such a queue is replaced. */
  const queue = async (): Promise<Queue> => {
    const mine = opened ??= newQueue()
    try { await mine.waitUntilReady(); return mine } catch (error) {
      if (opened === mine) opened = undefined
      mine.close().catch(() => {})
      throw error
    }
  }
  const ask = async <T>(what: (queue: Queue) => Promise<T>): Promise<T> => {
    const answer = await breaker.run(async () => what(await queue()))
    told = false
    return answer
  }
  const process = async (job: Job<Kept>, token?: string): Promise<void> => {
    const { refusedAt } = job.data
    const outcome = await work(job.id ?? '', Date.now() - job.timestamp, refusedAt === undefined ? 0 : Date.now() - refusedAt)
    if (outcome === 'done') return
    if ('giveUp' in outcome) throw new UnrecoverableError(outcome.giveUp)
    if (outcome.refused && refusedAt === undefined) await job.updateData({ refusedAt: Date.now() })
    await job.moveToDelayed(Date.now() + outcome.afterMs, token)
    throw new DelayedError()
  }
  const worker = new Worker<Kept, void>(name, process, {
    prefix, connection: { ...connection, maxRetriesPerRequest: null }, autorun: false, concurrency: 3,
    runRetryDelay: 1_000, lockDuration: 15_000, stalledInterval: 10_000, maxStalledCount: attempts,
    settings: { backoffStrategy: tries => Math.min(retryMs * 2 ** (tries - 1), longest) * (0.75 + Math.random() / 2) },
  })
  worker.on('error', say)
  worker.on('failed', (job, error) => {
    const final = error instanceof UnrecoverableError
    logger[final ? 'error' : 'warn']({ mailId: job?.id, attempt: job?.attemptsMade, error }, final ? 'a mail is given up' : 'a mail will be tried again')
    if (final) lost(job?.id ?? '', error.message).catch((cause: unknown) => { logger.error({ error: cause }, 'a lost mail could not be marked') })
  })
  return {
    breaker,
    add: async mails => {
      if (mails.length === 0) return
      const jobs = mails.map(({ id, awaited }) => ({ name, data: {}, opts: { jobId: id, priority: awaited ? 0 : LATER } }))
      await ask(q => q.addBulk(jobs))
    },
    size: async () => Object.values(await ask(q => q.getJobCounts('waiting', 'active', 'delayed', 'prioritized'))).reduce((a, b) => a + b, 0),
    start: () => { worker.run().catch((error: unknown) => { logger.error({ error }, 'the mail worker stopped') }) },
    // What is under way after that, another process takes up again when this one has ended. BullMQ's forced `close` would wait for it, too:
    // behind the first one it changes nothing.
    stop: async () => {
      await Promise.race([worker.close(), new Promise(resolve => { setTimeout(resolve, graceMs).unref() })])
      await opened?.close()
    },
    ping: () => ask(q => q.getJobCounts('waiting')),
  }
}
