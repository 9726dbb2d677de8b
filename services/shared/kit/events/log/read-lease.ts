import { singleFlight } from '../../batching/single-flight.ts'
import type { Clock } from '../../clock.ts'
import { pause } from '../../waiting.ts'
import type { CommitStore } from '../store/store.ts'
import { FORGET_AFTER_MS } from './recovery.ts'

/** So long what a look at the other processes said is trusted. */
const LEASE_MS = 100
/** So long a process waits, once the store has it in its list, before it appends: no look that missed it is trusted any more. */
const GRACE_MS = 150
/** Who has company looks so often whether that is over. */
const COMPANY_MS = 1_000

export type ReadLeaseOptions = {
  store: Pick<CommitStore, 'writers'>
  writer: string
  clock: Clock
  /** A process whose beat stands still for so long appends nothing before it has shown itself again, and waited. */
  deadAfterMs: number
}
export type ReadLease = ReturnType<typeof readLease>

/**
 * Whether this process is the only one that appends. If so, what it knows of the log still holds, and nobody needs to ask the store again.
 * A lease in real time (Gray and Cheriton 1989), without a holder: a look at the list of processes is trusted for less long than a newcomer,
 * which enters itself there first, waits before it appends. Only how long things take is compared, never what clocks say.
 */
export const readLease = ({ store, writer, clock, deadAfterMs }: ReadLeaseOptions) => {
  const others = new Map<string, { beat: number; since: number }>()
  /** When the newest look began. */
  let looked = -Infinity
  /** Since when nobody else appends. */
  let since = Infinity
  let greeting: Promise<void> | undefined

  const look = async (): Promise<void> => {
    const [began, at] = [performance.now(), clock.monotonic()]
    const rows = await store.writers()
    const now = clock.monotonic()
    for (const { id, beat } of rows) if (id !== writer && others.get(id)?.beat !== beat) others.set(id, { beat, since: now })
    for (const id of others.keys()) if (!rows.some(row => row.id === id)) others.delete(id)
    // By the time before it was read: all that one who was dead by then has appended is there for whoever reads after this look began.
    if ([...others.values()].some(other => at - other.since < deadAfterMs)) since = Infinity
    // Whoever came and went since the last look is still in the list, unless that was very long ago.
    else if (since === Infinity || began - looked > FORGET_AFTER_MS) since = began
    looked = began
  }
  const shared = singleFlight<void>()
  /** Begins after it was asked for. */
  const lookNow = (): Promise<void> => shared('', look)
  let joined: Promise<void> | undefined

  const sinceAsOf = async (asked: number): Promise<number> => {
    await (joined ??= lookNow().finally(() => { joined = undefined }))
    // One that was under way may have begun too early.
    if (asked - looked >= LEASE_MS) await lookNow()
    return since
  }
  const greet = async (): Promise<void> => {
    const isAlone = lookNow().then(() => since < Infinity, () => false)
    const waited = pause(GRACE_MS)
    if (!await Promise.race([isAlone, waited.then(() => true)])) await waited
  }

  return {
    look: lookNow,
    /**
     * Since when (`performance.now()`) nobody else has appended: what was read or written later is still so, but for what this process changed.
     * Infinity: others append, too.
     * Answers at once, or after a look that all who ask share; throws what the store throws.
     */
    aloneSince: (): number | Promise<number> => {
      const now = performance.now()
      if (now - looked < LEASE_MS) return since
      if (since < Infinity || looked === -Infinity) return sinceAsOf(now)
      if (now - looked > COMPANY_MS) lookNow().catch(() => {})
      return Infinity
    },
    /** Awaited before each append, once the store has this process in its list: all who trust a look have seen it there. */
    noticed: (): Promise<void> => greeting ??= greet(),
    /** Others may have taken this process for dead until now. */
    greetAgain: (): void => { greeting = greet() },
  }
}
