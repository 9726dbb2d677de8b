import { createHash } from 'node:crypto'
import type { CommandMeta } from '../../command.ts'

/** What a decider emits: an event of the domain. It must survive JSON. */
export type DomainEvent = { readonly type: string }
/** A domain event as it is stored: `version` is that of its shape, for the upcasters. */
export type StoredEvent = { type: string; version: number; data: Readonly<Record<string, unknown>> }
/** A public event of a commit, checked against its contract before the commit was stored; what was said stays said. */
export type StoredPublicEvent = { type: string; version: number; data: unknown }

/** One change of one aggregate, the unit that is stored. `version` counts the commits of the stream from 1. */
export type Commit = {
  /** `<stream>:<version>`: unique, and with it the optimistic lock. */
  id: string
  tenantId: string
  stream: string
  version: number
  partition: number
  /** `<writer>:<chunk>`: who must see it through. */
  journal: string
  events: readonly StoredEvent[]
  publicEvents: readonly StoredPublicEvent[]
  at: string
  actor: string
  correlationId: string
  causationId: string | null
  commandId: string
  ip: string | null
  traceparent: string | null
  /** The hash of the commit before it in the stream, '' for the first: the chain is tamper-evident. */
  previousHash: string
  hash: string
}

/** A commit that is to be: the aggregate gives it, the log completes it. */
export type CommitDraft<E extends DomainEvent = DomainEvent> = {
  tenantId: string
  aggregate: string
  id: string
  version: number
  previousHash: string
  /** The journal chunk of the commit before, where it is known: one of this process needs no look-up. */
  previousJournal?: string
  events: readonly E[]
  /** The shape version of each event; absent means 1. */
  eventVersions?: readonly number[]
  meta: CommandMeta
}

/** The tenant of aggregates that stand above organizations, such as a person. */
export const NO_TENANT = '-'
export type StreamName = { tenantId: string; aggregate: string; id: string }
/** The stream of an aggregate, `<tenant>/<aggregate>/<id>`; `parseStream` takes it apart. */
export const streamOf = ({ tenantId, aggregate, id }: StreamName): string => `${tenantId}/${aggregate}/${id}`
/** The parts of a stream; the id may hold slashes, the others do not. */
export const parseStream = (stream: string): StreamName => {
  const [tenantId = '', aggregate = '', ...id] = stream.split('/')
  return { tenantId, aggregate, id: id.join('/') }
}
/** The id of a commit, `<stream>:<version>`. */
export const commitId = (stream: string, version: number): string => `${stream}:${version}`

/** Two that append the same version of a stream: this one came second. */
export class VersionConflict extends Error {
  readonly id: string
  constructor(id: string) {
    super(`${id} is taken`)
    this.name = 'VersionConflict'
    this.id = id
  }
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]))
}
/** JSON with sorted keys: equal values have equal texts. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value))

/** The hash of a link: sha256 of the link before it and of everything in this one. */
export const hashOf = <T extends { readonly previousHash: string; readonly hash?: string }>({ hash: _, ...rest }: T): string =>
  createHash('sha256').update(rest.previousHash).update(canonicalJson(rest)).digest('hex')

/** Which partition of the position log a stream belongs to. */
export const partitionOf = (stream: string, partitions: number): number =>
  createHash('sha256').update(stream).digest().readUInt32BE(0) % partitions
