import { CloudEvent } from '../../../contracts/feed.ts'
import { ProjectDeleted, projectEvents } from '../../../contracts/project/events.ts'
import { systemClock, type Clock } from '../../clock.ts'
import { memoryDapr } from '../../dapr/memory-dapr.ts'
import { silentLogger } from '../../observe/log.ts'
import type { Commit } from '../log/commit.ts'
import { openLog } from '../log/open-log.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { CommitStore } from '../store/store.ts'
import type { ParcelEvent } from './parcel.ts'

/** All commits of a stream. */
export const commitsOf = async (log: Pick<CommitStore, 'readStream'>, stream: string): Promise<Commit[]> => {
  const commits: Commit[] = []
  await log.readStream(stream, commit => { commits.push(commit) })
  return commits
}
type Options = {
  store?: CommitStore; dapr?: ReturnType<typeof memoryDapr>; partitions?: number; instanceId?: string
  patienceMs?: number; beatMs?: number; deadAfterMs?: number; clock?: Clock
}
/** TEST LOG on a store in memory and a broker that remembers. It is patient: on a full machine a thousand appends at once take seconds. */
export const logOf = ({ store = memoryStore(), dapr = memoryDapr(), patienceMs = 60_000, ...rest }: Options = {}) => {
  const log = openLog<ParcelEvent, typeof projectEvents>({
    db: store, service: 'project', topic: projectEvents, dapr, clock: systemClock, logger: silentLogger, patienceMs, ...rest,
    toPublic: ({ aggregateId, events }) => events.flatMap(({ type }) => {
      if (type === 'Lost') return []
      return [{ type: ProjectDeleted.type, data: { projectId: type === 'Nameless' ? '' : aggregateId } }]
    }),
  })
  return { log, store, dapr, published: (): CloudEvent[] => dapr.published.map(p => CloudEvent.parse(p.event)) }
}
