import type { Connection } from 'mongoose'
import type { SagaDocument, SagaStore } from './status.ts'

/** The collection `sagas` of a service. Equality look-ups only, so that every MongoDB-wire database serves. */
export const mongoSagaStore = (db: Connection): SagaStore => {
  const sagas = () => db.collection<SagaDocument>('sagas')
  return {
    open: async document => {
      if (await sagas().findOne({ _id: document._id }, { projection: { _id: 1 } })) return
      await sagas().insertOne(document).catch((error: unknown) => { if (!isDuplicate(error)) throw error })
    },
    save: async document => {
      const { _id, ...fields } = document
      const { matchedCount } = await sagas().updateOne({ _id, revision: { $lte: document.revision } }, { $set: fields })
      // Unmatched: a newer revision is there, or the document was lost and is made again.
      if (matchedCount === 0) await sagas().insertOne({ start: null, ...document }).catch((error: unknown) => { if (!isDuplicate(error)) throw error })
    },
    find: async sagaId => (await sagas().findOne({ _id: sagaId })) ?? undefined,
    unfinished: async () => sagas().find({ state: 'running' }).limit(500).toArray(),
  }
}

const isDuplicate = (error: unknown): boolean => typeof error === 'object' && error !== null && 'code' in error && error.code === 11000
