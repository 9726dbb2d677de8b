import { createConnection, type Connection } from 'mongoose'
import type { Chance } from '../../../scripts/demo/random.ts'
import type { ServiceId } from '../../../services/shared/contracts/define.ts'
import { cloudEvents } from '../../../services/shared/kit/events/relay/cloud-event.ts'
import type { CloudEvent } from '../../../services/shared/contracts/feed.ts'
import type { Commit } from '../../../services/shared/kit/events/log/commit.ts'
import { commitOf, segmentOf, type CommitRow, type SegmentRow } from '../../../services/shared/kit/events/store/mongo-codec.ts'
import type { Segment } from '../../../services/shared/kit/events/store/store.ts'

export const databases = { user: 'users_db', task: 'tasks_db', project: 'projects_db', notification: 'notifications_db', ai: 'ai_db' } as const
export type Producer = Extract<ServiceId, 'user' | 'task' | 'project' | 'ai'>
export const producers: readonly Producer[] = ['user', 'task', 'project', 'ai']
export type ProducerLog = { service: Producer; commits: Commit[]; segments: Segment[]; events: CloudEvent[] }

/** Opens a service's database beside it; for looking only. */
export const openDatabase = (uri: string, service: keyof typeof databases): Promise<Connection> =>
  createConnection(uri, { dbName: databases[service], maxPoolSize: 2, serverSelectionTimeoutMS: 30_000, autoIndex: false, autoCreate: false }).asPromise()

export const withDatabase = async <T>(uri: string, service: keyof typeof databases, look: (db: Connection) => Promise<T>): Promise<T> => {
  const db = await openDatabase(uri, service)
  try { return await look(db) } finally { await db.destroy() }
}

/** A producer's whole log as it lies in the store, past all code of the services. */
export const readLog = (uri: string, service: Producer): Promise<ProducerLog> => withDatabase(uri, service, async db => {
  const commits = (await db.collection<CommitRow>('commits').find({}).toArray()).map(commitOf)
  const segments = (await db.collection<SegmentRow>('segments').find({}).toArray()).map(segmentOf).toSorted((a, b) => a.partition - b.partition || a.first - b.first)
  return { service, commits, segments, events: segments.flatMap(segment => cloudEvents(service, segment)) }
})

/** About so many of a producer's public events from somewhere in its log, and its newest, without reading the whole of it beside a team at work. */
export const someEvents = (uri: string, service: Producer, most: number, chance: Chance): Promise<CloudEvent[]> => withDatabase(uri, service, async db => {
  const segments = db.collection<SegmentRow>('segments')
  const window = async (from: number): Promise<CloudEvent[]> => {
    const rows = await segments.find({}).skip(Math.max(0, from)).limit(most / 2).toArray()
    return rows.map(segmentOf).flatMap(segment => cloudEvents(service, segment)).slice(0, most / 2)
  }
  const count = await segments.estimatedDocumentCount()
  return [...await window(chance.below(Math.max(1, count - most))), ...await window(count - most / 2)]
})
