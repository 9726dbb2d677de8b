import type { Connection } from 'mongoose'
import { isDuplicate } from '../mongo/insert.ts'
import type { SagaDocument, SagaStore } from './status.ts'

/** `<saga>#<revision>`: one row for each revision that is saved. */
type Step = Omit<SagaDocument, '_id'> & { _id: string; of: string }

/**
 * The collections `sagas` (how each began and ended) and `saga_steps` (where the running ones are). Nothing is decided by an update: FerretDB lets an older revision
 * overwrite a newer one when both are written at once. Each revision is a row of its own, the newest counts, and an end is final.
 */
export const mongoSagaStore = (db: Connection): SagaStore => {
  const sagas = () => db.collection<SagaDocument>('sagas')
  const rows = () => db.collection<Step>('saga_steps')
  let indexed: Promise<unknown> | undefined
  // Thousands of sagas may wait for a timer; neither a save nor the sweep looks at all of them.
  const steps = async () => {
    indexed ??= Promise.all((['of', 'dueAt', 'state'] as const).map(field => rows().createIndex({ [field]: 1 }))).catch((error: unknown) => { indexed = undefined; throw error })
    await indexed
    return rows()
  }
  const unlessTaken = (error: unknown): void => { if (!isDuplicate(error)) throw error }
  const addStep = async (document: SagaDocument): Promise<void> => { await (await steps()).insertOne({ ...document, _id: `${document._id}#${document.revision}`, of: document._id }).catch(unlessTaken) }
  const documentOf = ({ of, ...step }: Step, begun: SagaDocument | undefined): SagaDocument => ({ ...step, start: begun?.start ?? null, _id: of })
  const newest = (some: readonly Step[]): Step | undefined => some.reduce<Step | undefined>((a, b) => (a && a.revision > b.revision ? a : b), undefined)

  /** What no later save can change any more. */
  const end = async ({ _id, ...fields }: SagaDocument): Promise<void> => {
    await sagas().updateOne({ _id }, { $set: fields }, { upsert: true }).catch(unlessTaken)
    await (await steps()).deleteMany({ of: _id })
  }
  return {
    open: async document => {
      const begun = await sagas().findOne({ _id: document._id }, { projection: { _id: 1, state: 1 } })
      if (begun?.state === 'finished') return
      if (!begun) await sagas().insertOne(document).catch(unlessTaken)
      // Also where the first row is there: the process may have died between the two. A step that is newer counts all the same.
      await addStep(document)
    },
    save: async document => {
      const { _id, revision } = document
      await addStep(document)
      if (document.state === 'finished') await end(document)
      else await (await steps()).deleteMany({ of: _id, revision: { $lt: revision } })
    },
    find: async sagaId => {
      const [begun, some] = await Promise.all([sagas().findOne({ _id: sagaId }), (await steps()).find({ of: sagaId }).toArray()])
      const step = newest(some)
      return begun?.state === 'finished' || !step ? begun ?? undefined : documentOf(step, begun ?? undefined)
    },
    asleep: async before => {
      const table = await steps()
      const due = await table.find({ $or: [{ dueAt: { $lte: before } }, { state: 'finished' }] }, { projection: { of: 1 } }).toArray()
      const ids = [...new Set(due.map(row => row.of))]
      const [begun, some] = await Promise.all([sagas().find({ _id: { $in: ids } }).toArray(), table.find({ of: { $in: ids } }).toArray()])
      const of = new Map(begun.map(saga => [saga._id, saga]))
      const now = [...Map.groupBy(some, step => step.of).values()].flatMap(all => { const step = newest(all); return step ? [documentOf(step, of.get(step.of))] : [] })
      // Its last row is there, but the process died before it closed the saga.
      await Promise.all(now.filter(saga => saga.state === 'finished').map(end))
      return now.filter(saga => saga.state === 'running' && saga.dueAt !== null && saga.dueAt <= before && of.get(saga._id)?.state !== 'finished')
    },
  }
}
