import type { Clock } from '../../shared/kit/clock.ts'
import type { Documents, StoredDocument } from '../../shared/kit/events/store/store.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import type { OtherReplicas } from './other-replicas.ts'
import type { TaskLists } from './task-lists.ts'

/** A project whose list was read, and in which hour the last time. `version`: when that was noted. */
export type ListInUse = StoredDocument & { organizationId: string; projectId: string; hour: string }
type Options = { documents: Documents<ListInUse>; clock: Clock; logger: Logger; fewest?: number }

const HOUR_MS = 3_600_000
/** A smaller list is read in a few tens of milliseconds whenever it is asked for. */
const FEWEST = 500

/**
 * Which long lists are read these hours, written down once an hour each, so that a process which is to take over can read them before it does:
 * a cold list of ten thousand tasks takes a second and more, and would be the first thing that people see of an upgrade.
 */
export const listsInUse = ({ documents, clock, logger, fewest = FEWEST }: Options) => {
  const noted = new Map<string, string>()
  const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, 13)
  const now = (): number => Date.parse(clock.now())

  return {
    /** A list was read that holds so many tasks. */
    note: (organizationId: string, projectId: string, tasks: number): void => {
      if (tasks < fewest) return
      const [_id, hour] = [`${organizationId}/${projectId}`, hourOf(now())]
      if (noted.get(_id) === hour) return
      for (const [id, earlier] of noted) if (earlier !== hour) noted.delete(id)
      noted.set(_id, hour)
      documents.put([{ _id, version: now(), organizationId, projectId, hour }], false).catch((error: unknown) => {
        logger.warn({ error }, 'a successor will not know that a list is in use')
      })
    },
    /** Reads what was in use this hour and the one before, what was noted last first, as far as there is room and time for it. */
    readAhead: async (lists: TaskLists, replicas: Pick<OtherReplicas, 'caughtUp'>, signal: AbortSignal): Promise<void> => {
      await replicas.caughtUp()
      const hours = [hourOf(now()), hourOf(now() - HOUR_MS)]
      const inUse = (await Promise.all(hours.map(hour => documents.find({ hour })))).flat().sort((a, b) => b.version - a.version)
      for (const { organizationId, projectId } of inUse) {
        if (lists.isFull() || signal.aborted) break
        await lists.open(organizationId, projectId)
      }
      logger.info({ tasks: lists.size }, 'lists in use are read')
    },
  }
}
