import type { Aggregate } from './aggregate.ts'
import type { DomainEvent } from './commit.ts'
import type { EventLog } from './ports.ts'
import type { Documents, StoredDocument } from './store.ts'

export type ViewOptions<S, C, E extends DomainEvent, L extends DomainEvent, D extends object> = {
  log: EventLog<L>
  aggregate: Aggregate<S, C, E>
  /** Name of the collection. */
  collection: string
  /** Fields that queries compare for equality; each gets an index. */
  indexes: readonly (keyof D & string)[]
  /** The document of a state, without `_id` (the aggregate's id) and `version`; undefined: there is none (any more). */
  toDocument: (state: S, about: { tenantId: string; id: string; version: number }) => D | undefined
}
export type Progress = (done: { commits: number; documents: number }) => void
export type View<D extends object> = {
  /** For queries. Await `settled()` before, to read your own writes. */
  readonly collection: Documents<D & StoredDocument>
  /** Resolves when every change acknowledged so far by this process is in the collection. */
  settled(): Promise<void>
  /** Folds the whole log into a new collection while live changes go on, then swaps. */
  rebuild(onProgress?: Progress): Promise<{ commits: number; documents: number; hash: string }>
  /** Equal for equal contents, whatever the order. */
  hash(): Promise<string>
}

/** A read model with one document per aggregate. */
export declare const stateView: <S, C, E extends DomainEvent, L extends DomainEvent, D extends object>(options: ViewOptions<S, C, E, L, D>) => View<D>
