import { onceDone } from '../../batching/once-done.ts'
import type { Clock } from '../../clock.ts'
import type { Journal } from './journal.ts'
import { storeAway } from '../../unavailable.ts'
import { pause, within } from '../../waiting.ts'
import type { Logger } from '../../observe/log.ts'
import type { recovery } from './recovery.ts'
import type { UncertainAppends } from './uncertain-appends.ts'

const DRAIN_MS = 10_000
const READY_MS = 4_500

export type LogLifecycleOptions = {
  journal: Journal
  recovery: ReturnType<typeof recovery>
  uncertain: UncertainAppends
  /** Reads the ends of the partitions. */
  prepare: () => Promise<unknown>
  clock: Clock
  logger: Logger
  beatMs: number
}

/** The log's own clockwork: it beats, looks after processes that stand still, and after inserts whose answer was lost. */
export const logLifecycle = ({ journal, recovery, uncertain, prepare, clock, logger, beatMs }: LogLifecycleOptions) => {
  let timer: NodeJS.Timeout | undefined
  let beaten = -Infinity
  let turn: Promise<void> | undefined

  const beat = async (): Promise<void> => {
    await journal.beat()
    beaten = clock.monotonic()
  }
  const look = async (): Promise<void> => {
    try {
      await uncertain.look()
      await recovery.look()
    } catch (error) {
      logger.warn({ error }, 'the log will look again')
    }
  }
  // Looking may have to wait for the broker; the beat does not. Who cannot show himself cannot tell whether others could.
  const tick = async (): Promise<void> => {
    try { await beat() } catch (error) { logger.warn({ error }, 'the beat did not arrive'); return }
    turn ??= look().finally(() => { turn = undefined })
  }
  /** Once: before the ends of the partitions are known, nothing can be said about where commits go. */
  const ready = onceDone(prepare)
  const idle = (): boolean => {
    const { followUps, publications } = journal.unfinished()
    return followUps + publications <= uncertain.count() * 2
  }

  return {
    prepared: ready,
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
  }
}
