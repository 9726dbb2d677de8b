import type { Connection } from 'mongoose'
import type { PublicEvent, ServiceId, Topic } from '../../contracts/define.ts'
import type { Clock } from '../clock.ts'
import type { Dapr } from '../dapr/dapr.ts'
import type { DomainEvent } from './commit.ts'
import type { DomainCommit, EventLog, Logger } from './ports.ts'
import type { CommitStore } from './store.ts'

export type LogOptions<E extends DomainEvent, T extends Topic> = {
  /** The service's own database, or a store (`memoryStore()` in tests). */
  db: Connection | CommitStore
  service: ServiceId
  topic: T
  /** What a commit says in public, in order; checked against the contract before the commit is stored. `[]` keeps it private. */
  toPublic: (commit: DomainCommit<E>) => readonly PublicEvent<T>[]
  dapr: Pick<Dapr, 'publishBulk'>
  clock: Clock
  logger: Logger
  partitions?: number
  instanceId?: string
}

/** Opens the event log of a service. */
export declare const openLog: <E extends DomainEvent, T extends Topic>(options: LogOptions<E, T>) => EventLog<E>
