import { pause } from '../../waiting.ts'
import type { Aggregate, Change } from '../log/aggregate.ts'
import type { DomainEvent } from '../log/commit.ts'
import type { EventLog } from '../log/event-log.ts'
import { acknowledged, type Equal, type Unreadable } from './acknowledged.ts'
import { generations } from './generations.ts'
import { hashOfAll } from './hash-of-all.ts'
import { lateWriters } from './late-writers.ts'
import { opening } from './opening.ts'
import { rebuilder } from './rebuild.ts'
import type { Documents, StoredDocument, Tombstone } from '../store/store.ts'
import { storable } from './storable.ts'
import { writeBehind } from './write-behind.ts'

export type ViewOptions<S, C, E extends DomainEvent, L extends DomainEvent, D extends object> = {
  log: EventLog<L>
  aggregate: Aggregate<S, C, E>
  /** Name of the collection. */
  collection: string
  /** Fields that queries compare for equality; each gets an index. */
  indexes: readonly (keyof D & string)[]
  /** Fields beside the indexes that queries name. When given, what neither names is kept as one text: quicker where documents have many fields. */
  fields?: readonly (keyof D & string)[]
  /** The document of a state (plain JSON), without `_id` (the aggregate's id) and `version`; undefined: there is none (any more). */
  toDocument: (state: S, about: { tenantId: string; id: string; version: number }) => D | undefined
  /**
   * Which shape its documents have (1). Another number than the stored documents have: they are made anew at the next start.
   * Raise it with what `toDocument` makes, `indexes` or `fields`.
   */
  shape?: number
  /** How long another process may go on with the collection from before a rebuild. */
  lookEveryMs?: number
}
export type Progress = (done: { commits: number; documents: number }) => void
export type View<D extends object, S = never> = {
  /** For queries. Await `settled()` before, to read your own writes. */
  readonly collection: Documents<D & StoredDocument>
  /**
   * The documents of a tenant that equal this, as acknowledged by any process until now: a read model does not show yet
   * what another process appends, or appended before it died. For what decides; lists can wait.
   * Throws where a newer version of the service wrote what this one cannot read; or tells `unreadable`, and leaves that as it is stored.
   */
  now(tenantId: string, equal: Equal<D>, unreadable?: Unreadable): Promise<(D & StoredDocument)[]>
  /** Resolves when every change acknowledged so far by this process is in the collection. */
  settled(): Promise<void>
  /** Folds the whole log into a new collection while live changes go on, then swaps. */
  rebuild(onProgress?: Progress): Promise<{ commits: number; documents: number }>
  /** Equal for equal contents, whatever the order. */
  hash(): Promise<string>
  /** What stands in the collection for a state: the document, or what is left of one. */
  documentOf(about: Change<S>): (D & StoredDocument) | Tombstone
}

/** A read model with one document per aggregate, written behind the commands in batches; replays and reorders change nothing. */
export const stateView = <S, C, E extends DomainEvent, L extends DomainEvent, D extends object>(options: ViewOptions<S, C, E, L, D>): View<D, S> => {
  type Row = D & StoredDocument
  const { log, aggregate, collection: view, toDocument, shape = 1, lookEveryMs = 5_000 } = options
  const { store, logger } = log
  const collections = generations<Row>({
    store, name: view, shape, indexes: options.indexes, fields: options.fields, lookEveryMs, seen: named => { late.seen(named) },
  })

  const documentOf = ({ tenantId, id, state, version }: Change<S>): Row | Tombstone => {
    const document = toDocument(state, { tenantId, id, version })
    return document ? { ...storable(document), _id: id, version } : { _id: id, version, gone: true }
  }
  const behind = writeBehind<Row>({
    isTransient: error => store.isTransient(error), logger, put: (documents, fresh) => collections.collection.put(documents, fresh),
  })
  aggregate.follow(change => behind.add(documentOf(change)))
  /** What another process wrote elsewhere; most write it to the right place themselves. */
  const takeOver = async (change: Change<S>): Promise<void> => {
    const there = await collections.collection.findOne({ _id: change.id })
    if (!there || there.version < change.version) await behind.add(documentOf(change)).catch(() => {})
  }
  const late = lateWriters({ log, aggregate, view, shape, everyMs: lookEveryMs, look: collections.current, take: takeOver, over: collections.over })
  const written = async (tenantId: string, equal: Equal<D>, unreadable: Unreadable): Promise<Row[]> => {
    await collections.current()
    await late.caughtUp(tenantId, unreadable)
    await behind.settled()
    return collections.collection.find(equal, {})
  }

  const rebuild = async (onProgress: Progress = () => {}): Promise<{ commits: number; documents: number }> => {
    const { next, generation, swap } = await collections.begin()
    const ends = await log.ends()
    const work = rebuilder<S, C, E, L, Row>({ log, aggregate, documentOf, onProgress })
    // What changes meanwhile goes to the old collection as ever, and is taken from the log.
    await work.approach(next.put)
    await behind.heldWhile(async () => {
      await log.positioned()
      // What waits is written to the new collection right after.
      await work.pass((documents, fresh) => next.put(documents.filter(d => !behind.waits(d)), fresh))
      await swap(ends)
    })
    late.rebuilt(generation, work.at())
    return work.done()
  }
  let isStopped = false
  log.readModel({
    name: view, shape, stop: () => { isStopped = true; late.stop() },
    open: () => opening({
      view, isThere: collections.isThere, isStopped: () => isStopped, isTransient: error => store.isTransient(error), everyMs: lookEveryMs, logger,
      rebuild: async () => {
        const done = await rebuild()
        // So that processes of the shape before have noticed when this one begins to append.
        if ((await store.writers()).some(({ id }) => id !== log.writer)) await pause(lookEveryMs)
        return done
      },
    }),
  })

  return {
    documentOf,
    collection: collections.collection,
    now: acknowledged<S, D>({ log, aggregate, documentOf, written }),
    settled: behind.settled,
    hash: async () => {
      await behind.settled()
      return hashOfAll(collections.collection)
    },
    rebuild,
  }
}
