import type { Clock } from '../../shared/kit/clock.ts'
import type { EventLog } from '../../shared/kit/events/log/event-log.ts'
import { parseStream } from '../../shared/kit/events/log/commit.ts'
import { storeAway } from '../../shared/kit/unavailable.ts'
import { singleFlight } from '../../shared/kit/batching/single-flight.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import { within } from '../../shared/kit/waiting.ts'
import type { StoredEvent } from '../publish.ts'
import type { ReadableRows } from './readable-rows.ts'
import type { TaskLists } from './task-lists.ts'

/** Who asks for a list waits so long at most to learn whether others write. */
const LOOK_MS = 3_000
/** Where others have written of so many tasks, each list is read anew. */
const MOST = 5_000
const LOADS = 32

type Options = { log: EventLog<StoredEvent>; rows: Pick<ReadableRows, 'load'>; lists: TaskLists; clock: Clock }

/**
 * Keeps the lists in memory current with what other processes of this service write. The broker cannot: it gives each event to one replica only.
 * The log can: whatever gets a position is passed here on the way to the end. As long as others write, the end is looked for before a list is read.
 */
export const otherReplicas = ({ log, rows, lists, clock }: Options) => {
  /** Of what others wrote, the tasks that are not in the lists yet, each with the highest version that is known of. */
  let written = new Map<string, number>()
  const note = (stream: string, version: number): void => { written.set(stream, Math.max(version, written.get(stream) ?? 0)) }
  let caught = -Infinity
  /** Since when nobody else wrote, as it was said the last time. */
  let lastAloneSince: number | undefined

  log.passes(ofOthers => {
    // Beyond that it does not matter which.
    for (const { stream, version } of ofOthers) if (written.size <= MOST && parseStream(stream).aggregate === 'task') note(stream, version)
  })
  const takeIn = async (streams: ReadonlyMap<string, number>): Promise<void> => {
    const listed = lists.organizations()
    const changed = [...streams].map(([stream, atLeast]) => ({ ...parseStream(stream), atLeast })).filter(({ tenantId }) => listed.has(tenantId))
    await inParallel(changed, LOADS, async ({ tenantId, id, atLeast }) => {
      const row = await rows.load(tenantId, id, atLeast)
      if (row) lists.put(row)
    })
  }
  const catchUp = async (): Promise<void> => {
    const began = clock.monotonic()
    const since = await within(Promise.resolve(log.aloneSince()), LOOK_MS, storeAway)
    // Also once more when they have gone, or have come and gone: what they wrote last.
    if (since === Infinity || since !== lastAloneSince) await log.ends()
    const streams = written
    written = new Map()
    if (streams.size > MOST) lists.clear()
    else {
      try { await takeIn(streams) } catch (error) {
        for (const [stream, version] of streams) note(stream, version)
        throw error
      }
    }
    lastAloneSince = since
    caught = began
  }
  const inTurn = singleFlight<void>()
  return {
    /** Awaited before a list is read. Who may be so many milliseconds behind costs the store no more, however often he asks. */
    caughtUp: async (behindMs = 0): Promise<void> => {
      if (clock.monotonic() - caught >= behindMs) await inTurn('', catchUp)
    },
  }
}
export type OtherReplicas = ReturnType<typeof otherReplicas>
