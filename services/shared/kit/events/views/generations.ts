import type { CommitStore, Documents, Filter, StoredDocument } from '../store/store.ts'

type Current<D extends StoredDocument> = { generation: number; revision: number; documents: Documents<D> }

/** The collections of a view over its rebuilds; all processes of a service read and write the one that the database names. */
export const generations = <D extends StoredDocument>({ store, name, indexes, fields, lookEveryMs }: { store: CommitStore; name: string; indexes: readonly string[]; fields: readonly string[] | undefined; lookEveryMs: number }) => {
  const id = `view:${name}`
  const collection = (generation: number): Documents<D> => store.documents<D>(generation === 0 ? name : `${name}.${generation}`, fields && [...indexes, ...fields])
  let known: Promise<Current<D>> | undefined
  let looked = -Infinity
  let indexed = false

  const look = async (): Promise<Current<D>> => {
    const { next: generation, revision } = await store.checkpoint(id) ?? { next: 0, revision: 0 }
    const documents = collection(generation)
    if (revision === 0 && !indexed) await documents.ensureIndexes(indexes)
    indexed = true
    return { generation, revision, documents }
  }
  /** The generation that holds now, as of a few seconds ago at most. */
  const current = (): Promise<Current<D>> => {
    if (known && performance.now() - looked < lookEveryMs) return known
    looked = performance.now()
    const seen = look()
    // While the store is away the last known generation is still the best answer.
    seen.catch(() => { known = undefined })
    return (known = seen)
  }
  const live = async (): Promise<Documents<D>> => (await current()).documents
  const lost = (): Error => new Error(`${name} is rebuilt by another process at the same time`)

  return {
    /** The collection as services see it, whichever generation it is. */
    collection: {
      find: async (filter: Filter, options) => (await live()).find(filter, options),
      findOne: async filter => (await live()).findOne(filter),
      count: async filter => (await live()).count(filter),
      put: async (documents, fresh) => (await live()).put(documents, fresh),
      eachOf: async (filter, visit) => (await live()).eachOf(filter, visit),
      each: async visit => (await live()).each(visit),
      ensureIndexes: async fields => (await live()).ensureIndexes(fields),
      drop: async () => (await live()).drop(),
    } satisfies Documents<D>,
    /** An empty collection for the next generation. Who begins last is the only one who can swap. */
    begin: async (): Promise<{ next: Documents<D>; swap: () => Promise<{ dropOld(): Promise<void> }> }> => {
      known = undefined
      const { generation, revision } = await current()
      // Each beginning takes a revision, so that no two ever fill the same collection.
      const mine = revision + 1
      if (!await store.saveCheckpoint({ id, next: generation, revision })) throw lost()
      for (let given = generation + 1; given < mine; given++) await collection(given).drop()
      const next = collection(mine)
      // Before anything is in it: FerretDB lets nobody do anything while it indexes what is there.
      await next.ensureIndexes(indexes)
      const swap = async (): Promise<{ dropOld(): Promise<void> }> => {
        // The answer may get lost on its way: what the database names is what holds.
        const named = async (error: unknown): Promise<boolean> => { if ((await store.checkpoint(id))?.next === mine) return true; throw error }
        if (!await store.saveCheckpoint({ id, next: mine, revision: mine }).catch(named)) throw lost()
        known = undefined
        // With those that a process left which died soon after its own swap.
        return { dropOld: async () => { for (let old = 0; old < mine; old++) await collection(old).drop() } }
      }
      return { next, swap }
    },
  }
}
