import { createHash } from 'node:crypto'
import type { Aggregate } from './aggregate.ts'
import { canonicalJson, type DomainEvent } from './commit.ts'
import { generations, LOOK_EVERY_MS } from './generation.ts'
import { pause } from './patience.ts'
import type { EventLog } from './ports.ts'
import { rebuilder } from './rebuild.ts'
import type { Documents, StoredDocument, Tombstone } from './store.ts'
import { storable } from './storable.ts'
import { writeBehind } from './write-behind.ts'

export type ViewOptions<S, C, E extends DomainEvent, L extends DomainEvent, D extends object> = {
  log: EventLog<L>
  aggregate: Aggregate<S, C, E>
  /** Name of the collection. */
  collection: string
  /** Fields that queries compare for equality; each gets an index. */
  indexes: readonly (keyof D & string)[]
  /** The document of a state (plain JSON), without `_id` (the aggregate's id) and `version`; undefined: there is none (any more). */
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

/** A read model with one document per aggregate, written behind the commands in batches; replays and reorders change nothing. */
export const stateView = <S, C, E extends DomainEvent, L extends DomainEvent, D extends object>(options: ViewOptions<S, C, E, L, D>): View<D> => {
  type Row = D & StoredDocument
  const { log, aggregate, toDocument } = options
  const { store, logger } = log
  const collections = generations<Row>({ store, name: options.collection, indexes: options.indexes })
  const also = new Set<Documents<Row>>()
  const targets = (): Documents<Row>[] => [collections.collection, ...also]

  const documentOf = ({ tenantId, id, state, version }: { tenantId: string; id: string; state: S; version: number }): Row | Tombstone => {
    const document = toDocument(state, { tenantId, id, version })
    return document ? { ...storable(document), _id: id, version } : { _id: id, version, gone: true }
  }
  const behind = writeBehind<Row>({
    isTransient: error => store.isTransient(error), logger,
    put: async (documents, fresh) => { await Promise.all(targets().map(target => target.put(documents, fresh))) },
  })
  aggregate.follow(change => behind.add(documentOf(change)))

  const hash = async (): Promise<string> => {
    await behind.settled()
    return hashOfAll(collections.collection)
  }
  return {
    collection: collections.collection,
    settled: behind.settled,
    hash,
    rebuild: async (onProgress = () => {}) => {
      const { next, swap } = await collections.begin()
      also.add(next)
      const work = rebuilder({ log, aggregate, documentOf, onProgress, put: (documents, fresh) => next.put(documents, fresh) })
      try {
        await work.pass()
        // What was appended before this process wrote to both is in the log's order by then.
        await log.positioned()
        const { commits, documents } = await work.pass()
        const old = await swap()
        void afterSwap(work.pass, old).catch((error: unknown) => { logger.warn({ error, view: options.collection }, 'cleaning up after a rebuild failed') })
        return { commits, documents, hash: await hash() }
      } finally {
        also.delete(next)
      }
    },
  }
}

/** Other processes write to the old collection until they notice: their changes are taken over from the log. */
const afterSwap = async (pass: () => Promise<unknown>, old: Documents<StoredDocument>): Promise<void> => {
  for (let i = 0; i < 4; i++) {
    await pause(LOOK_EVERY_MS)
    await pass()
  }
  await old.drop()
}

const hashOfAll = async (documents: { each(visit: (document: object) => void): Promise<void> }): Promise<string> => {
  // A sum does not mind the order, and needs no memory.
  let sum = 0n
  await documents.each(document => { sum += BigInt(`0x${createHash('sha256').update(canonicalJson(document)).digest('hex')}`) })
  return (sum % 2n ** 256n).toString(16)
}
