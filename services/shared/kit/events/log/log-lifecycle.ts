import { Refused } from '../../decider.ts'
import { onceDone } from '../../batching/once-done.ts'
import type { Clock } from '../../clock.ts'
import type { Journal } from './journal.ts'
import { storeAway } from '../../unavailable.ts'
import { endsWithin, pause, within } from '../../waiting.ts'
import type { Logger } from '../../observe/log.ts'
import type { ReadLease } from './read-lease.ts'
import type { recovery } from './recovery.ts'
import type { UncertainAppends } from './uncertain-appends.ts'

const DRAIN_MS = 10_000
const READY_MS = 4_500
/** So long a read waits for this process to have shown itself. */
const SHOW_MS = 200

export type LogLifecycleOptions = {
  journal: Journal
  recovery: ReturnType<typeof recovery>
  uncertain: UncertainAppends
  lease: ReadLease
  /** Reads the ends of the partitions. */
  prepare: () => Promise<unknown>
  clock: Clock
  logger: Logger
  beatMs: number
}

/** The log's own clockwork: it beats, looks after processes that stand still, and after inserts whose answer was lost. */
export const logLifecycle = ({ journal, recovery, uncertain, lease, prepare, clock, logger, beatMs }: LogLifecycleOptions) => {
  let timer: NodeJS.Timeout | undefined
  let beaten = -Infinity
  let turn: Promise<void> | undefined

  /** Others may take this process for dead, or have not heard of it yet. */
  const isUnknown = (): boolean => clock.monotonic() - beaten > beatMs * 3
  const beat = async (): Promise<void> => {
    const began = clock.monotonic()
    await journal.beat()
    if (isUnknown()) {
      lease.greetAgain()
      // What was seen before the others could see this one is not trusted.
      await lease.look()
    }
    beaten = began
  }
  let showing: Promise<void> | undefined
  const showItself = (): Promise<void> => showing ??= beat().finally(() => { showing = undefined })
  const untilNoticed = async (): Promise<void> => {
    let noticed: Promise<void> | undefined
    do {
      if (timer && isUnknown()) await showItself()
      noticed = lease.noticed()
      await noticed
      // It may have been paused meanwhile.
    } while ((timer && isUnknown()) || noticed !== lease.noticed())
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
    try { await showItself() } catch (error) { logger.warn({ error }, 'the beat did not arrive'); return }
    lease.look().catch(() => {})
    turn ??= look().finally(() => { turn = undefined })
  }
  /** Once: before the ends of the partitions are known, nothing can be said about where commits go. */
  const prepared = onceDone(prepare)
  const idle = (): boolean => {
    const { followUps, publications } = journal.unfinished()
    return followUps + publications <= uncertain.count() * 2
  }

  return {
    prepared,
    start: async (): Promise<void> => {
      timer ??= setInterval(() => { void tick() }, beatMs).unref()
      await prepared().catch((error: unknown) => { logger.warn({ error }, 'the log starts without its store') })
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
    ready: (): Promise<unknown> => within(prepared(), READY_MS, storeAway),
    /**
     * Last before an insert: those who trust that nobody else appends, or take one that was paused for dead, have seen that this process is there.
     * Throws `Refused('unavailable')` when the store does not let it.
     */
    noticed: async (): Promise<void> => {
      try { await within(untilNoticed(), READY_MS, storeAway) } catch (error) { throw error instanceof Refused ? error : storeAway() }
    },
    /** As the lease says. Who is unknown to others, which would not wait for him, shows himself first; before the start he has none. */
    aloneSince: (): number | Promise<number> => {
      if (!isUnknown()) return lease.aloneSince()
      return timer ? endsWithin(showItself(), SHOW_MS).then(isShown => (isShown ? lease.aloneSince() : Infinity)) : Infinity
    },
  }
}
