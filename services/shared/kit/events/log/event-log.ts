import type { Logger } from '../../observe/log.ts'
import type { CloudEvent } from '../../../contracts/feed.ts'
import type { Commit, CommitDraft, DomainEvent } from './commit.ts'
import type { CommitStore } from '../store/store.ts'
import type { ReadModel } from './read-models.ts'

/** A commit in the words of the domain, its events lifted to today's shapes. */
export type DomainCommit<E extends DomainEvent = DomainEvent> =
  Omit<Commit, 'events' | 'publicEvents'> & { aggregate: string; aggregateId: string; events: readonly E[] }

/** Lifts the data of a stored event from one version of its shape to the next; the first one lifts version 1 to 2. */
export type Upcasters = Readonly<Record<string, readonly ((data: Readonly<Record<string, unknown>>) => Record<string, unknown>)[]>>

/** The first link of a chain that does not hold: it is missing, was changed, or does not continue the one before. */
export type BrokenLink = { at: string; reason: 'missing' | 'changed' | 'unlinked' }

/** A stretch of a partition; `next` is where what follows begins. */
export type Scanned = { commits: readonly Commit[]; next: number }
export type FeedPage = {
  events: CloudEvent[]
  /** Where the partition ends, private commits included. */
  head: number
  /** The first position that was not read. */
  next?: number | undefined
}
export type LogGauges = {
  /** Commits appended by this process and not published yet. */
  lag: number
  /** Age of the oldest of them. */
  oldestMs: number
  /** Commits whose follow-ups (projection, reactions) are not through. */
  unfinished: number
}

/** The truth of a service: its commits, their order, and what follows from them. */
export type EventLog<E extends DomainEvent = DomainEvent> = {
  readonly store: CommitStore
  readonly topic: string
  readonly logger: Logger
  /** The name of this process in the journal of each commit that it appends. */
  readonly writer: string
  /**
   * Rebuilds read models of another shape (waits half a minute for that at most), recovers what another process left behind,
   * and keeps looking. Appending works before it.
   */
  start(): Promise<void>
  /** Waits (10 s at most) until all that was appended is published and followed up. */
  stop(): Promise<void>
  /** Durable when it resolves; `onDurable` runs before any follow-up. Throws `VersionConflict`, or `Refused('unavailable')` when the outcome is not known. */
  append(draft: CommitDraft<E>, onDurable?: (commit: Commit) => void): Promise<Commit>
  /** By version, from `after` + 1, one at a time until `see` answers false. */
  readStream(stream: string, see: (commit: Commit) => boolean | void, after?: number): Promise<void>
  /** The service's own follow-up of a commit: at least once, also after a crash; it must be idempotent. Registered before `start`. */
  react(name: string, handler: (commit: DomainCommit<E>) => Promise<void>): void
  /** A read model of one aggregate: like a reaction, for what `aggregate` and `stateView` need. */
  project(aggregate: string, apply: (commit: Commit) => Promise<void>): void
  upcast(aggregate: string, upcasters: Upcasters): void
  /** Says that a read model is there, before `start`. */
  readModel(model: ReadModel): void
  /** Read models are still being rebuilt (what needs them is refused), and another process could answer instead. */
  rebuilding(): boolean
  decode(commit: Commit): DomainCommit<E>
  /**
   * Public events of a partition after this position (-1: from the beginning), in order.
   * Fewer than asked for where they are long, or where reading takes long: `next` says where to go on.
   */
  feed(partition: number, after: number, limit: number): Promise<FeedPage>
  /** Per partition, one more than the position of its last public event. */
  heads(): Promise<number[]>
  /** Per partition, where its next segment will begin. */
  ends(): Promise<number[]>
  /** Has this told of the commits of other processes, as soon as this one learns of their positions: at the latest by `ends`. */
  passes(tell: (ofOthers: readonly Commit[]) => void): void
  /** Every commit of a partition in order, by segment, from this position to that one or to the end that it has now. */
  scan(partition: number, from?: number, to?: number): AsyncGenerator<Scanned>
  /** The same from this position on, as far as it is still in memory; else nothing. */
  recent(partition: number, from: number): readonly Scanned[]
  readonly partitions: number
  verifyChain(stream: string): Promise<BrokenLink | undefined>
  verifyPartition(partition: number): Promise<BrokenLink | undefined>
  /** What other processes have appended and may not have seen through yet: a read model may not show it. */
  unfinishedOfOthers(): Promise<Commit[]>
  /**
   * Since when (`performance.now()`) no other process has appended: what was read from then on need not be read again.
   * Infinity: others do, or would not wait for this one.
   * A Promise where it has to look first; throws what the store throws.
   */
  aloneSince(): number | Promise<number>
  /** A commit of this id was refused, and may have been stored all the same. */
  isUncertain(id: string): boolean
  /** Resolves when everything appended so far by this process is published, projected and reacted to. */
  settled(): Promise<void>
  /** Resolves when everything appended so far by this process has its position, so that `scan` shows it. */
  positioned(): Promise<void>
  gauges(): LogGauges
}
