import type { Clock } from '../../shared/kit/clock.ts'
import type { Aggregate } from '../../shared/kit/events/log/aggregate.ts'
import type { EventLog } from '../../shared/kit/events/log/event-log.ts'
import { parseStream } from '../../shared/kit/events/log/commit.ts'
import type { TaskCommand } from '../domain/task-commands.ts'
import type { TaskEvent } from '../domain/task-events.ts'
import type { TaskState } from '../domain/task-state.ts'
import type { StoredEvent } from '../publish.ts'
import { taskRow } from './task-document.ts'
import type { TaskLists } from './task-lists.ts'

const LOOK_MS = 3_000
// A process shows that it lives every few seconds; one that has not for this long writes no more.
export const QUIET_MS = 20_000
// How far before the end of the log reading begins: what another process wrote a moment ago may not be in its view yet.
const MARGIN = 256

type Options = { log: EventLog<StoredEvent>; tasks: Aggregate<TaskState, TaskCommand, TaskEvent>; lists: TaskLists; clock: Clock }

/**
 * Keeps the lists in memory current with what other processes of this service write. The broker cannot: it gives each event to one replica only.
 * So, as long as another process is seen writing, a list first reads the log from where it last stopped; alone, it looks for others every few seconds.
 */
export const otherReplicas = ({ log, tasks, lists, clock }: Options) => {
  const seen = new Map<string, { beat: number; since: number }>()
  let looked = -Infinity
  let caught = -Infinity
  let others = false
  let next: number[] = []
  let running: Promise<void> | undefined

  const look = async (): Promise<void> => {
    looked = clock.monotonic()
    for (const { id, beat } of await log.store.writers()) if (seen.get(id)?.beat !== beat) seen.set(id, { beat, since: looked })
    const alive = [...seen.values()].filter(({ since }) => looked - since <= QUIET_MS).length
    // What a newcomer wrote before it was seen is in no list here: they are read anew. Where that fails, it has not been met yet.
    if (alive > 1 && !others) {
      try { next = (await log.heads()).map(head => Math.max(0, head - MARGIN)) } catch (error) { looked = -Infinity; throw error }
      lists.clear()
    }
    others = alive > 1
  }
  const read = async (): Promise<void> => {
    next = await Promise.all(next.map(async (first, partition) => {
      let position = first
      for await (const segment of log.scan(partition, first)) {
        const changed = new Map(segment.commits.map(commit => [commit.stream, parseStream(commit.stream)]))
        await Promise.all([...changed.values()].filter(s => s.aggregate === 'task').map(async ({ tenantId, id }) => {
          const { state, version } = await tasks.load(tenantId, id)
          const row = taskRow(state, { tenantId, id, version })
          if (row) lists.put(row)
        }))
        position = segment.next
      }
      return position
    }))
  }
  const catchUp = async (): Promise<void> => {
    const began = clock.monotonic()
    if (clock.monotonic() - looked > LOOK_MS) await look()
    if (others) await read()
    caught = began
  }
  return {
    /** Awaited before a list is read. Who may be so many milliseconds behind costs the store no more, however often he asks. */
    caughtUp: async (behindMs = 0): Promise<void> => {
      if (clock.monotonic() - caught >= behindMs) await (running ??= catchUp().finally(() => { running = undefined }))
    },
  }
}
