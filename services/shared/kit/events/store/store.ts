import type { DeadLetterState } from '../../../contracts/dead-letters.ts'
import type { Commit } from '../log/commit.ts'

/**
 * A link of the position log: commits of one partition in the order in which everybody sees them.
 * Positions number public events (and private commits, one each).
 */
export type Segment = {
  /** `<partition>:<first>`: unique, and with it the lock on the end of the partition. */
  id: string
  partition: number
  /** `<partition>:<first / 512>`: the log is paged by this equality. */
  page: string
  first: number
  count: number
  /** The position of the last public event before this segment, -1 when there is none. */
  previous: number
  commits: readonly Commit[]
  at: string
  previousHash: string
  hash: string
}

/** A segment without its commits. */
export type SegmentHead = Omit<Segment, 'commits'>

/** Where a partition of the position log ends: what its next segment must continue. `previous` is the last public position, -1 for none. */
export type End = { next: number; previous: number; hash: string }
/**
 * A process that appends. Seen through are all chunks before the last of `open`, but for those in it; the commits of the others are
 * positioned at or after `heads`. `ends`: how far this process has read.
 */
export type Writer = { id: string; open: readonly number[]; beat: number; heads: readonly End[]; ends?: readonly End[]; shapes?: Shapes; recovered?: Recovered }
/** The shapes of a process's read models, where they are not 1. */
export type Shapes = Readonly<Record<string, number>>
/** Another process has seen through what a dead one left: so many commits in its open chunks, as they were at that beat. */
export type Recovered = { beat: number; commits: number }
/**
 * Where a consumer stands in a partition of a topic: `next` is the first position it has not handled. `epoch` counts how often the
 * producer's log was another one, and the consumer went back. Of a view it names the generation, `shape` and `since` belong to that, and
 * `rebuild` is the generation that was begun last (`views/generations.ts`).
 */
export type Checkpoint = { id: string; next: number; revision: number; epoch?: number; shape?: number; since?: readonly number[]; rebuild?: number }

/** An event that a consumer could not handle, or one parked behind such an event of the same subject. */
export type DeadLetter = {
  id: string
  consumer: string
  topic: string
  partition: number
  position: number
  subject: string
  organizationId: string
  state: DeadLetterState
  /** The event as it came. */
  event: unknown
  reason: string
  attempts: number
  /** The letter before it of the same subject; null when this one failed by itself. */
  behind: string | null
  traceId: string | null
  at: string
}

/** What tells where a letter stands, without its event. */
export type WaitingLetter = Pick<DeadLetter, 'id' | 'topic' | 'subject' | 'position' | 'behind'>
export type DeadLetterFilter = { consumer?: string; state?: DeadLetterState; subject?: string; organizationId?: string; after?: string; limit?: number }
export type InsertResult = 'inserted' | 'taken'

/**
 * What the event log asks of a database: inserts with a unique id, look-ups by equality, and a few guarded updates.
 * It throws what its driver throws; `isTransient` tells an absent store from a mistake.
 */
export type CommitStore = {
  /** One batch, not ordered: each commit is stored or its id is taken. */
  append(commits: readonly Commit[]): Promise<InsertResult[]>
  findCommit(id: string): Promise<Commit | undefined>
  /** By version, from `after` + 1, one at a time until `see` answers false: a long stream is never in memory as a whole. */
  readStream(stream: string, see: (commit: Commit) => boolean | void, after?: number): Promise<void>
  findCommand(stream: string, commandId: string): Promise<Commit | undefined>
  readChunk(journal: string): Promise<Commit[]>

  /** `pack`: its commits as `packed` makes them, by who has them so already. */
  addSegment(segment: Segment, pack?: Uint8Array): Promise<InsertResult>
  findSegment(id: string): Promise<Segment | undefined>
  /** The segments of a page that begin at this position or behind it, by `first`, one at a time: a page of long ones is never in memory as a whole. */
  readPage(page: string, from: number): AsyncIterable<Segment>
  /** What is in a page, by `first`. */
  pageIndex(page: string): Promise<SegmentHead[]>

  writers(): Promise<Writer[]>
  saveWriter(writer: Omit<Writer, 'recovered'>): Promise<void>
  /** Kept apart from what the writer says of itself: it may only have been paused, and say more. */
  saveRecovered(writer: string, recovered: Recovered): Promise<void>
  /** Forgets a process, unless it has shown itself since this beat. */
  removeWriter(id: string, beat: number): Promise<void>

  checkpoint(id: string): Promise<Checkpoint | undefined>
  /** Compare-and-set: false when `revision` is no longer the one that was read (0: not there yet). */
  saveCheckpoint(checkpoint: Checkpoint): Promise<boolean>

  addDeadLetter(letter: DeadLetter): Promise<InsertResult>
  deadLetter(id: string): Promise<DeadLetter | undefined>
  /** By id. */
  deadLetters(filter: DeadLetterFilter): Promise<DeadLetter[]>
  /** All that wait for a consumer, or those of one subject, in any order. */
  waitingLetters(consumer: string, subject?: string): Promise<WaitingLetter[]>
  /** False when it is no longer in state `from`. */
  moveDeadLetter(id: string, from: DeadLetterState, to: DeadLetterState): Promise<boolean>

  /** Makes collections and indexes; may be called again. */
  prepare(): Promise<void>
  /** True when the error says that the store is away, not that the caller is wrong. */
  isTransient(error: unknown): boolean
  /**
   * Documents of the service's own read models, in the same database.
   * `fields`: those that queries may name; the others are kept as one text (`document-text.ts`).
   */
  documents<D extends StoredDocument>(collection: string, fields?: readonly string[]): Documents<D>
}

/** What a consumer asks of a store, where it is not the one of an event log. */
export type ConsumerStore = Pick<CommitStore,
  | 'checkpoint' | 'saveCheckpoint'
  | 'addDeadLetter' | 'deadLetter' | 'deadLetters' | 'waitingLetters' | 'moveDeadLetter'
  | 'isTransient' | 'prepare'
>

/** A document of a read model: `_id` and the aggregate's version. */
export type StoredDocument = { _id: string; version: number }
/** A query in the common MongoDB dialect. Values must have been parsed to plain scalars before they come in here: no operator comes from a user. */
export type Filter = Readonly<Record<string, unknown>>
export type FindOptions = { sort?: Readonly<Record<string, 1 | -1>>; limit?: number; skip?: number }
/** A collection of a read model: services read it, views write it. */
export type Documents<D extends StoredDocument> = {
  find(filter: Filter, options?: FindOptions): Promise<D[]>
  findOne(filter: Filter): Promise<D | undefined>
  /** Newest version wins: a document is written only over an older one. `fresh` ones are probably not there yet; that is quicker, not different. */
  put(documents: readonly (D | Tombstone)[], fresh?: boolean): Promise<void>
  each(visit: (document: D | Tombstone) => void): Promise<void>
  /** Visits those that match one at a time: there may be more of them than memory should hold. */
  eachOf(filter: Filter, visit: (document: D) => void): Promise<void>
  ensureIndexes(fields: readonly string[]): Promise<void>
  drop(): Promise<void>
}
/** What is left of a document whose aggregate no longer wants one, so that an older version cannot bring it back. */
export type Tombstone = { _id: string; version: number; gone: true }
