import type { Clock } from '../../shared/kit/clock.ts'
import type { Documents, StoredDocument } from '../../shared/kit/events/store/store.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import type { OtherReplicas } from './other-replicas.ts'
import type { TaskLists } from './task-lists.ts'

/** A project whose list was read, and in which hour the last time. `version`: when that was noted. */
export type ListInUse = StoredDocument & { organizationId: string; projectId: string; hour: string }
type Options = { documents: Documents<ListInUse>; clock: Clock; logger: Logger; fewest?: number; most?: number }

const HOUR_MS = 3_600_000
/** A shorter list is read in a few tens of milliseconds whenever it is asked for. */
const FEWEST = 500
/** The predecessor still holds as much on the same machine. */
const MOST = 100_000

/**
 * Which long lists are read these hours, written down once an hour each, so that a process which is to take over can read them before it does:
 * a cold list of ten thousand tasks takes a second and more, and would be the first thing that people see of an upgrade.
 */
export const listsInUse = ({ documents, clock, logger, fewest = FEWEST, most = MOST }: Options) => {
  const noted = new Map<string, string>()
  const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, 13)
  const now = (): number => Date.parse(clock.now())
  const unnoted = (organizationId: string, projectId: string): ListInUse[] => {
    const [_id, hour] = [`${organizationId}/${projectId}`, hourOf(now())]
    if (noted.get(_id) === hour) return []
    for (const [id, earlier] of noted) if (earlier !== hour) noted.delete(id)
    noted.set(_id, hour)
    return [{ _id, version: now(), organizationId, projectId, hour }]
  }

  return {
    /** A list was read that goes over these projects, which hold so many tasks. */
    note: (organizationId: string, projectIds: readonly string[], tasks: number): void => {
      const inUse = tasks < fewest ? [] : projectIds.flatMap(projectId => unnoted(organizationId, projectId))
      if (inUse.length === 0) return
      documents.put(inUse, false).catch((error: unknown) => { logger.warn({ error }, 'a successor will not know that lists are in use') })
    },
    /** Reads what was in use this hour and the one before, as far as there is room and time for it. What is used all the time was noted early in its hour. */
    readAhead: async (lists: TaskLists, replicas: Pick<OtherReplicas, 'caughtUp'>, signal: AbortSignal): Promise<void> => {
      await replicas.caughtUp()
      const hours = [hourOf(now()), hourOf(now() - HOUR_MS)]
      const inUse = await Promise.all(hours.map(async hour => (await documents.find({ hour })).toSorted((a, b) => a.version - b.version)))
      const first = { matches: () => true, sort: '-createdAt', after: undefined, count: 1, now: clock.now() } as const
      const read: ListInUse[] = []
      for (const list of inUse.flat()) {
        if (lists.size >= most || signal.aborted) break
        try {
          // With the order in which lists are mostly shown.
          await (await lists.open(list.organizationId, list.projectId)).find(first)
          read.push(list)
        } catch (error) {
          logger.warn({ error }, 'a list in use is not read ahead')
        }
      }
      // What was read first is the last to be dropped.
      for (const { organizationId, projectId } of read.toReversed()) {
        if (await lists.resident(organizationId, projectId)) await lists.open(organizationId, projectId)
      }
      if (!signal.aborted) await replicas.caughtUp()
      logger.info({ lists: read.length, tasks: lists.size }, 'lists in use are read')
    },
  }
}
