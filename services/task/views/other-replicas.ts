import type { Clock } from '../../shared/kit/clock.ts'
import type { Aggregate } from '../../shared/kit/events/log/aggregate.ts'
import type { EventLog } from '../../shared/kit/events/log/event-log.ts'
import { parseStream } from '../../shared/kit/events/log/commit.ts'
import { storeAway } from '../../shared/kit/unavailable.ts'
import { singleFlight } from '../../shared/kit/batching/single-flight.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import { within } from '../../shared/kit/waiting.ts'
import type { TaskCommand } from '../domain/task-commands.ts'
import type { TaskEvent } from '../domain/task-events.ts'
import type { TaskState } from '../domain/task-state.ts'
import type { StoredEvent } from '../publish.ts'
import { taskRow } from './task-document.ts'
import type { TaskLists } from './task-lists.ts'

/** Who asks for a list waits so long at most to learn whether others write. */
const LOOK_MS = 3_000
/** What was written since it was alone is read; where that is more, each list anew. */
const MOST = 5_000
const LOADS = 32

type Options = { log: EventLog<StoredEvent>; tasks: Aggregate<TaskState, TaskCommand, TaskEvent>; lists: TaskLists; clock: Clock }

/**
 * Keeps the lists in memory current with what other processes of this service write. The broker cannot: it gives each event to one replica only.
 * So, as long as others write, a list first reads the log from where it last stopped.
 */
export const otherReplicas = ({ log, tasks, lists, clock }: Options) => {
  let caught = -Infinity
  /** Where reading goes on, while others write. */
  let next: number[] | undefined
  /** Since when nobody else wrote, as it was said the last time. */
  let lastAloneSince: number | undefined
  /** How far the log was known before it last said that nobody else writes: whatever others have written since is positioned behind that. */
  let knownAlone: readonly number[] | undefined

  const read = async (from: readonly number[]): Promise<number[]> => Promise.all(from.map(async (first, partition) => {
    let position = first
    for await (const segment of log.scan(partition, first)) {
      const changed = new Map(segment.commits.map(commit => [commit.stream, parseStream(commit.stream)]))
      const listed = [...changed.values()].filter(s => s.aggregate === 'task' && lists.hasSome(s.tenantId))
      await inParallel(listed, LOADS, async ({ tenantId, id }) => {
        const { state, version } = await tasks.load(tenantId, id)
        const row = taskRow(state, { tenantId, id, version })
        if (row) lists.put(row)
      })
      position = segment.next
    }
    return position
  }))
  /** Where to read on after what was known then, unless that is a long way. */
  const resumed = (from: readonly number[] | undefined, to: readonly number[] | undefined): number[] | undefined =>
    from && to && to.reduce((sum, end, partition) => sum + end - (from[partition] ?? 0), 0) <= MOST ? [...from] : undefined
  const catchUp = async (): Promise<void> => {
    const began = clock.monotonic()
    const known = log.knownEnds()
    const since = await within(Promise.resolve(log.aloneSince()), LOOK_MS, storeAway)
    // What others wrote unseen, or before they were seen, is in no list here.
    if (!next && since !== lastAloneSince) {
      next = resumed(knownAlone, known)
      if (!next) {
        if (since === Infinity) next = await log.heads()
        lists.clear()
      }
    }
    // Once more, when they have gone: what they wrote last.
    if (next) next = await read(next)
    knownAlone = since < Infinity ? known : undefined
    if (since < Infinity) next = undefined
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
