import { Refused } from '../../decider.ts'
import type { Checkpoint, CommitStore, Documents, Filter, StoredDocument } from '../store/store.ts'

/** What the database says of a view: its newest generation, the shape of the documents in it, and since which positions others may have written elsewhere. */
export type Named = Checkpoint & { shape: number }
type Current<D extends StoredDocument> = { generation: number; documents: Documents<D> }
export type GenerationsOptions = {
  store: CommitStore
  name: string
  shape: number
  indexes: readonly string[]
  fields: readonly string[] | undefined
  lookEveryMs: number
  /** Told what the database says whenever it is looked at. */
  seen: (named: Named) => void
}

const rebuilding = (): Refused =>
  new Refused('unavailable', 'view-rebuilding', 'What this is read from is being rebuilt. Try again in a while.', { retryAfter: 5 })

/**
 * The collections of a view over its rebuilds. All processes of a service read and write the one that the database names,
 * as long as its documents have the shape that they know; those with another shape stay with the last one of theirs,
 * and have none before they have rebuilt it.
 */
export const generations = <D extends StoredDocument>({ store, name, shape, indexes, fields, lookEveryMs, seen }: GenerationsOptions) => {
  const id = `view:${name}`
  const collection = (generation: number): Documents<D> =>
    store.documents<D>(generation === 0 ? name : `${name}.${generation}`, fields && [...indexes, ...fields])
  let own: Current<D> | undefined
  let known: Promise<Current<D>> | undefined
  let looked = -Infinity
  let indexed = false
  let newest = 0

  /** What the database says now. Where it names documents of this shape, this process has them from then on, whatever it names later. */
  const read = async (): Promise<Named> => {
    const named = { shape: 1, ...await store.checkpoint(id) ?? { id, next: 0, revision: 0 } }
    if (named.shape === shape && named.next > (own?.generation ?? -1)) own = { generation: named.next, documents: collection(named.next) }
    return named
  }
  const look = async (): Promise<Current<D>> => {
    const named = await read()
    if (!own) throw rebuilding()
    // No rebuild has made its indexes.
    if (own.generation === 0 && !indexed) await own.documents.ensureIndexes(indexes)
    indexed = true
    // A look that began before a swap may end after it.
    if (named.revision >= newest) seen(named)
    newest = Math.max(newest, named.revision)
    return own
  }
  /** The generation that holds now, as of a few seconds ago at most. */
  const current = (): Promise<Current<D>> => {
    if (known && performance.now() - looked < lookEveryMs) return known
    looked = performance.now()
    const asked = look()
    // While the store is away the last known generation is still the best answer.
    asked.catch(() => { known = undefined })
    return (known = asked)
  }
  const live = async (): Promise<Documents<D>> => (await current()).documents
  const lost = (): Error => new Error(`${name} is rebuilt by another process at the same time`)

  return {
    current,
    /** Whether the database has documents of this shape, as of now. */
    isThere: async (): Promise<boolean> => (await read()).shape === shape,
    /** The collection as services see it, whichever generation it is. */
    collection: {
      find: async (filter: Filter, options) => (await live()).find(filter, options),
      findOne: async filter => (await live()).findOne(filter),
      put: async (documents, fresh) => (await live()).put(documents, fresh),
      eachOf: async (filter, visit) => (await live()).eachOf(filter, visit),
      each: async visit => (await live()).each(visit),
      ensureIndexes: async fields => (await live()).ensureIndexes(fields),
      drop: async () => (await live()).drop(),
    } satisfies Documents<D>,
    /**
     * An empty collection for the next generation. Who begins last is the only one who can swap.
     * `ends`: where the partitions of the log ended before they were read.
     */
    begin: async (): Promise<{ next: Documents<D>; generation: number; swap: (ends: readonly number[]) => Promise<void> }> => {
      const before = await read()
      // Each beginning takes a revision, so that no two ever fill the same collection.
      const mine = before.revision + 1
      if (!await store.saveCheckpoint({ ...before, rebuild: mine })) throw lost()
      for (let given = before.next + 1; given < mine; given++) await collection(given).drop()
      const next = collection(mine)
      // Before anything is in it: FerretDB lets nobody do anything while it indexes what is there.
      await next.ensureIndexes(indexes)
      const swap = async (ends: readonly number[]): Promise<void> => {
        const { rebuild, revision, since = ends } = await read()
        if (rebuild !== mine) throw lost()
        // What others have appended, and could not write so far, is behind their heads.
        const heads = (await store.writers()).map(writer => writer.heads.map(({ next }) => next))
        // The answer may get lost on its way: what the database names is what holds.
        const isNamed = async (error: unknown): Promise<boolean> => { if ((await read()).next === mine) return true; throw error }
        // `over` may have taken the revision.
        if (!await store.saveCheckpoint({ id, next: mine, revision, shape, since: earliest(ends, since, ...heads) }).catch(isNamed)) return swap(ends)
        known = undefined
        newest = revision + 1
      }
      return { next, generation: mine, swap }
    },
    /** Nobody writes elsewhere any more: the collections from before go, with those that a process left which died. */
    over: async (): Promise<void> => {
      const { since, ...named } = await read()
      if (!since || named.shape !== shape || !await store.saveCheckpoint(named)) return
      known = undefined
      for (let old = 0; old < named.next; old++) await collection(old).drop()
    },
  }
}

/** The earliest position of each partition. */
const earliest = (first: readonly number[], ...others: readonly (readonly number[])[]): number[] =>
  first.map((position, partition) => Math.min(position, ...others.map(other => other[partition] ?? position)))
