import type { Connection } from 'mongoose'
import { isDuplicate } from '../events/mongo-insert.ts'
import type { SagaDocument, SagaStore } from './status.ts'

/** `<saga>#<revision>`: one row for each revision that is saved. */
type Step = Omit<SagaDocument, '_id'> & { _id: string; of: string }

/**
 * The collections `sagas` (how each began and ended) and `saga_steps` (where the running ones are). Nothing is decided by an update: FerretDB lets an older revision
 * overwrite a newer one when both are written at once. Each revision is a row of its own, the newest counts, and an end is final.
 */
export const mongoSagaStore = (db: Connection): SagaStore => {
  const sagas = () => db.collection<SagaDocument>('sagas')
  const steps = () => db.collection<Step>('saga_steps')
  const unlessTaken = (error: unknown): void => { if (!isDuplicate(error)) throw error }
  const documentOf = ({ of, ...step }: Step, begun: SagaDocument | undefined): SagaDocument => ({ start: begun?.start ?? null, ...step, _id: of })
  const newest = (some: readonly Step[]): Step | undefined => some.reduce<Step | undefined>((a, b) => (a && a.revision > b.revision ? a : b), undefined)

  /** What no later save can change any more. */
  const end = async ({ _id, ...fields }: SagaDocument): Promise<void> => {
    await sagas().updateOne({ _id }, { $set: fields }, { upsert: true }).catch(unlessTaken)
    await steps().deleteMany({ of: _id })
  }
  return {
    open: async document => {
      if (await sagas().findOne({ _id: document._id }, { projection: { _id: 1 } })) return
      await sagas().insertOne(document).catch(unlessTaken)
    },
    save: async document => {
      const { _id, revision } = document
      await steps().insertOne({ ...document, _id: `${_id}#${revision}`, of: _id }).catch(unlessTaken)
      if (document.state === 'finished') await end(document)
      else await steps().deleteMany({ of: _id, revision: { $lt: revision } })
    },
    find: async sagaId => {
      const [begun, some] = await Promise.all([sagas().findOne({ _id: sagaId }), steps().find({ of: sagaId }).toArray()])
      const step = newest(some)
      return begun?.state === 'finished' || !step ? begun ?? undefined : documentOf(step, begun ?? undefined)
    },
    unfinished: async () => {
      const [running, some] = [await sagas().find({ state: 'running' }).limit(500).toArray(), Map.groupBy(await steps().find({}).toArray(), s => s.of)]
      const now = running.map(begun => { const step = newest(some.get(begun._id) ?? []); return step ? documentOf(step, begun) : begun })
      // Its last row is there, but the process died before it closed the saga.
      await Promise.all(now.filter(saga => saga.state === 'finished').map(end))
      return now.filter(saga => saga.state === 'running')
    },
  }
}
