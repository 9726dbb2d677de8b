import type { CommitStore, Documents, Filter, StoredDocument } from './store.ts'

/** How long another process may go on with an earlier generation after a swap. */
export const LOOK_EVERY_MS = 5_000

/** The collections of a view over its rebuilds; all processes of a service read and write the one that the database names. */
export const generations = <D extends StoredDocument>({ store, name, indexes }: { store: CommitStore; name: string; indexes: readonly string[] }) => {
  const id = `view:${name}`
  const collection = (generation: number): Documents<D> => store.documents<D>(generation === 0 ? name : `${name}.${generation}`)
  let known: Promise<{ generation: number; revision: number; documents: Documents<D> }> | undefined
  let looked = -Infinity

  const look = async (): Promise<{ generation: number; revision: number; documents: Documents<D> }> => {
    const { next: generation, revision } = await store.checkpoint(id) ?? { next: 0, revision: 0 }
    const documents = collection(generation)
    if (revision === 0) await documents.ensureIndexes(indexes)
    return { generation, revision, documents }
  }
  /** The generation that holds now, as of a few seconds ago at most. */
  const current = (): ReturnType<typeof look> => {
    if (known && performance.now() - looked < LOOK_EVERY_MS) return known
    looked = performance.now()
    const seen = look()
    // While the store is away the last known generation is still the best answer.
    seen.catch(() => { known = undefined })
    return (known = seen)
  }
  const live = async (): Promise<Documents<D>> => (await current()).documents

  return {
    /** The collection as services see it, whichever generation it is. */
    collection: {
      find: async (filter: Filter, options) => (await live()).find(filter, options),
      findOne: async filter => (await live()).findOne(filter),
      count: async filter => (await live()).count(filter),
      aggregate: async <R>(pipeline: readonly Record<string, unknown>[]) => (await live()).aggregate<R>(pipeline),
      put: async (documents, fresh) => (await live()).put(documents, fresh),
      each: async visit => (await live()).each(visit),
      ensureIndexes: async fields => (await live()).ensureIndexes(fields),
      drop: async () => (await live()).drop(),
    } satisfies Documents<D>,
    /** An empty collection for the next generation. */
    begin: async (): Promise<{ next: Documents<D>; swap: () => Promise<Documents<D>> }> => {
      known = undefined
      const { generation, revision, documents } = await current()
      const next = collection(generation + 1)
      await next.drop()
      await next.ensureIndexes(indexes)
      const swap = async (): Promise<Documents<D>> => {
        if (!await store.saveCheckpoint({ id, next: generation + 1, revision })) throw new Error(`${name} was rebuilt by another process at the same time`)
        known = undefined
        return documents
      }
      return { next, swap }
    },
  }
}
