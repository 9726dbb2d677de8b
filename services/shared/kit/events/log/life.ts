import type { Clock } from '../../clock.ts'
import type { Commit } from './commit.ts'
import type { Journal } from './journal.ts'
import { storeAway, pause, within } from '../../waiting.ts'
import type { FollowUpRun } from '../relay/pipeline.ts'
import type { Logger } from './event-log.ts'
import type { recovery } from './recovery.ts'
import type { CommitStore } from '../store/store.ts'

const DRAIN_MS = 10_000
const READY_MS = 4_500
/** So long an insert whose answer was lost is looked for: a store that was held can still take it from a connection that is long given up. */
const DOUBT_MS = 600_000
/** Most arrive in the first minute, or never. */
const OFTEN_MS = 60_000
const SELDOM_MS = 30_000

type Doubt = { since: number; looked: number; found: boolean }
export type LifeOptions = {
  store: Pick<CommitStore, 'findCommit'>
  journal: Journal
  recovery: ReturnType<typeof recovery>
  adopt: FollowUpRun
  /** Reads the ends of the partitions. */
  prepare: () => Promise<unknown>
  clock: Clock
  logger: Logger
  beatMs: number
}

/** The log's own clockwork: it beats, looks after processes that stand still, and after inserts whose answer was lost. */
export const logLifecycle = ({ store, journal, recovery, adopt, prepare, clock, logger, beatMs }: LifeOptions) => {
  // By the commit itself: two commands may have gone for the same place in a stream, and both be in doubt.
  const doubtful = new Map<Commit, Doubt>()
  let timer: NodeJS.Timeout | undefined
  let beaten = -Infinity
  let turn: Promise<void> | undefined
  let prepared: Promise<unknown> | undefined

  const resolveDoubts = async (): Promise<void> => {
    for (const [commit, doubt] of doubtful) {
      const { since } = doubt
      const now = clock.monotonic()
      if (doubt.found || (now - since > OFTEN_MS && now - doubt.looked < SELDOM_MS)) continue
      doubt.looked = now
      const found = await store.findCommit(commit.id)
      if (!found && now - since < DOUBT_MS) continue
      doubt.found = true
      // Not awaited: a follow-up that does not succeed must not keep others from being looked for. In doubt until it has its place: what continues its stream has to wait for that.
      const seen = found?.hash === commit.hash ? adopt([commit], journal.headsOf(commit.journal)) : Promise.resolve()
      void seen.then(() => { doubtful.delete(commit); journal.leave(commit.journal) })
    }
  }
  const beat = async (): Promise<void> => {
    await journal.beat()
    beaten = clock.monotonic()
  }
  const look = async (): Promise<void> => {
    try {
      await resolveDoubts()
      await recovery.look()
    } catch (error) {
      logger.warn({ error }, 'the log will look again')
    }
  }
  // Looking may have to wait for the broker; the beat does not.
  const tick = async (): Promise<void> => {
    await beat().catch((error: unknown) => { logger.warn({ error }, 'the beat did not arrive') })
    turn ??= look().finally(() => { turn = undefined })
  }
  /** Once: before the ends of the partitions are known, nothing can be said about where commits go. */
  const ready = (): Promise<unknown> => (prepared ??= prepare().catch((error: unknown) => { prepared = undefined; throw error }))
  const idle = (): boolean => {
    const { followUps, publications } = journal.unfinished()
    return followUps + publications <= doubtful.size * 2
  }

  return {
    start: async (): Promise<void> => {
      timer ??= setInterval(() => { void tick() }, beatMs).unref()
      await ready().catch((error: unknown) => { logger.warn({ error }, 'the log starts without its store') })
      await tick()
    },
    stop: async (): Promise<void> => {
      clearInterval(timer)
      const until = performance.now() + DRAIN_MS
      while (!idle() && performance.now() < until) await pause(10)
      if (idle()) await journal.beat().catch((error: unknown) => { logger.warn({ error }, 'the last beat did not arrive') })
    },
    settled: async (): Promise<void> => {
      while (!idle()) await pause(2)
    },
    /** A process that was paused long enough to be taken for dead makes itself known before it appends again. */
    fresh: async (): Promise<void> => {
      await within(ready(), READY_MS, storeAway)
      if (timer && clock.monotonic() - beaten > beatMs * 3) await beat()
    },
    watch: (commit: Commit): void => { doubtful.set(commit, { since: clock.monotonic(), looked: -Infinity, found: false }) },
    /** It was refused although it may be in the store, and has not been found yet, or not been placed. */
    watches: (commit: Commit): boolean => doubtful.has(commit),
    /** A commit of this id is watched. */
    isDoubtful: (id: string): boolean => [...doubtful.keys()].some(commit => commit.id === id),
    doubts: (): number => doubtful.size,
  }
}
