import { createHash } from 'node:crypto'
import { inParallel } from '../../in-parallel.ts'
import type { Aggregate, Change } from '../log/aggregate.ts'
import { canonicalJson, parseStream, type DomainEvent } from '../log/commit.ts'
import { batched } from '../../batching/batched.ts'
import { generations } from './generations.ts'
import { lateWriters } from './late-writers.ts'
import { opening } from './opening.ts'
import { pause } from '../../waiting.ts'
import type { EventLog } from '../log/event-log.ts'
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
  /** Which shape its documents have (1). Another number than the stored documents have: they are made anew at the next start. Raise it with what `toDocument` makes, `indexes` or `fields`. */
  shape?: number
  /** How long another process may go on with the collection from before a rebuild. */
  lookEveryMs?: number
}
/** Fields with the value that they have, or, where they are lists, hold; or with one that they have not: that finds rows, too, from before the view named the field. */
export type Equal<D> = { readonly [K in keyof D]?: (D[K] extends readonly (infer I)[] ? I : D[K]) | { readonly $ne: D[K] } }
export type Progress = (done: { commits: number; documents: number }) => void
export type View<D extends object, S = never> = {
  /** For queries. Await `settled()` before, to read your own writes. */
  readonly collection: Documents<D & StoredDocument>
  /** The documents of a tenant that equal this, as acknowledged by any process until now: a read model does not show yet what another process appends, or appended before it died. For what decides; lists can wait. */
  now(tenantId: string, equal: Equal<D>): Promise<(D & StoredDocument)[]>
  /** Resolves when every change acknowledged so far by this process is in the collection. */
  settled(): Promise<void>
  /** Folds the whole log into a new collection while live changes go on, then swaps. */
  rebuild(onProgress?: Progress): Promise<{ commits: number; documents: number }>
  /** Equal for equal contents, whatever the order. */
  hash(): Promise<string>
  /** What stands in the collection for a state: the document, or what is left of one. */
  documentOf(about: Change<S>): (D & StoredDocument) | Tombstone
}

// Far fewer than there are connections to the store.
const WIDTH = 4

/** A read model with one document per aggregate, written behind the commands in batches; replays and reorders change nothing. */
export const stateView = <S, C, E extends DomainEvent, L extends DomainEvent, D extends object>(options: ViewOptions<S, C, E, L, D>): View<D, S> => {
  type Row = D & StoredDocument
  const { log, aggregate, collection: view, toDocument, shape = 1, lookEveryMs = 5_000 } = options
  const { store, logger } = log
  const collections = generations<Row>({ store, name: view, shape, indexes: options.indexes, fields: options.fields, lookEveryMs, seen: named => { late.seen(named) } })

  const documentOf = ({ tenantId, id, state, version }: Change<S>): Row | Tombstone => {
    const document = toDocument(state, { tenantId, id, version })
    return document ? { ...storable(document), _id: id, version } : { _id: id, version, gone: true }
  }
  const behind = writeBehind<Row>({ isTransient: error => store.isTransient(error), logger, put: (documents, fresh) => collections.collection.put(documents, fresh) })
  aggregate.follow(change => behind.add(documentOf(change)))
  /** What another process wrote elsewhere; most write it to the right place themselves. */
  const takeOver = async (change: Change<S>): Promise<void> => {
    const there = await collections.collection.findOne({ _id: change.id })
    if (!there || there.version < change.version) await behind.add(documentOf(change)).catch(() => {})
  }
  const late = lateWriters({ log, aggregate, view, shape, everyMs: lookEveryMs, look: collections.current, take: takeOver, over: collections.over })
  // Who asks while this is under way shares the next look: after a crash many ask at once, and the log would be read for each.
  const unseen = batched(async (tenants: readonly string[]) => {
    const streams = new Map((await log.unfinishedOfOthers()).map(({ stream }) => [stream, parseStream(stream)]))
    const mine = [...streams.values()].filter(({ aggregate: name, tenantId }) => name === aggregate.name && tenants.includes(tenantId))
    const found = await inParallel(mine, WIDTH, async ({ tenantId, id }) => ({ tenantId, document: documentOf({ tenantId, id, ...await aggregate.load(tenantId, id) }) }))
    return tenants.map(tenant => found.filter(({ tenantId }) => tenantId === tenant).map(({ document }) => document))
  }, Infinity)

  const rebuild = async ({ since, onProgress = () => {} }: { since?: readonly number[]; onProgress?: Progress | undefined }): Promise<{ commits: number; documents: number }> => {
    const { next, generation, swap } = await collections.begin()
    const from = since ?? await log.ends()
    const work = rebuilder<S, C, E, L, Row>({ log, aggregate, documentOf, onProgress })
    // What changes meanwhile goes to the old collection as ever, and is taken from the log.
    await work.approach(next.put)
    await behind.heldWhile(async () => {
      await log.positioned()
      // What waits is written to the new collection right after.
      await work.pass((documents, fresh) => next.put(documents.filter(d => !behind.waits(d)), fresh))
      await swap(from)
    })
    late.rebuilt(generation, work.at())
    return work.done()
  }
  let isStopped = false
  log.readModel({
    name: view, shape, stop: () => { isStopped = true; late.stop() },
    open: () => opening({
      view, isThere: collections.isThere, ends: log.ends, isStopped: () => isStopped, isTransient: error => store.isTransient(error), everyMs: lookEveryMs, logger,
      rebuild: async from => {
        const done = await rebuild({ since: from })
        // So that processes of the shape before have noticed when this one begins to append.
        if ((await store.writers()).some(({ id }) => id !== log.writer)) await pause(lookEveryMs)
        return done
      },
    }),
  })

  return {
    documentOf,
    collection: collections.collection,
    now: async (tenantId, equal) => {
      // First what may not be written yet: what another process sees through meanwhile is in the collection then.
      const rest = await unseen(tenantId)
      await collections.current()
      await late.caughtUp()
      await behind.settled()
      const rows = new Map((await collections.collection.find(equal, {})).map(row => [row._id, row]))
      for (const document of rest) {
        if ((rows.get(document._id)?.version ?? 0) >= document.version) continue
        if ('gone' in document || !equals(document, equal)) rows.delete(document._id)
        else rows.set(document._id, document)
      }
      return [...rows.values()]
    },
    settled: behind.settled,
    hash: async () => {
      await behind.settled()
      return hashOfAll(collections.collection)
    },
    rebuild: onProgress => rebuild({ onProgress }),
  }
}

const equals = (document: object, equal: object): boolean => Object.entries(equal).every(([field, wanted]) => {
  const value: unknown = Reflect.get(document, field)
  if (typeof wanted === 'object' && wanted !== null && '$ne' in wanted) return value !== wanted.$ne
  return Array.isArray(value) ? value.includes(wanted) : value === wanted
})

const hashOfAll = async (documents: { each(visit: (document: object) => void): Promise<void> }): Promise<string> => {
  // A sum does not mind the order, and needs no memory.
  let sum = 0n
  await documents.each(document => { sum += BigInt(`0x${createHash('sha256').update(canonicalJson(document)).digest('hex')}`) })
  return (sum % 2n ** 256n).toString(16)
}
