import type { Connection } from 'mongoose'
import { onceDone } from '../batching/once-done.ts'
import { isDuplicate } from '../mongo/insert.ts'
import type { SagaDocument, SagaStore } from './status.ts'

/** `<saga>#<revision>`: one row for each revision. */
type Step = Omit<SagaDocument, '_id'> & { _id: string; of: string }

/**
 * The collections `sagas` (how each began and ended) and `saga_steps` (where the running ones are). Nothing is decided by an update:
 * FerretDB lets two updates pass the same guard. Each revision is a row of its own and the unique id decides who has made it;
 * the newest counts, and an end is final.
 */
export const mongoSagaStore = (db: Connection): SagaStore => {
  const sagas = () => db.collection<SagaDocument>('sagas')
  const rows = () => db.collection<Step>('saga_steps')
  // Thousands of sagas may wait for a timer; neither a save nor the sweep looks at all of them.
  const indexed = onceDone(() => Promise.all((['of', 'dueAt', 'state'] as const).map(field => rows().createIndex({ [field]: 1 }))))
  const steps = async () => {
    await indexed()
    return rows()
  }
  const unlessTaken = (error: unknown): void => { if (!isDuplicate(error)) throw error }
  const addStep = async (document: SagaDocument): Promise<boolean> => {
    const inserted = await (await steps()).insertOne({ ...document, _id: `${document._id}#${document.revision}`, of: document._id }).catch(unlessTaken)
    return inserted !== undefined
  }
  const documentOf = ({ of, ...step }: Step, begun: SagaDocument | undefined): SagaDocument => ({ ...step, start: begun?.start ?? null, _id: of })
  const newest = (some: readonly Step[]): Step | undefined => some.reduce<Step | undefined>((a, b) => (a && a.revision > b.revision ? a : b), undefined)

  /** The rows first: who takes them away has written the end before. */
  const look = async (of: string): Promise<{ step: Step | undefined; begun: SagaDocument | undefined }> => {
    const step = newest(await (await steps()).find({ of }).toArray())
    return { step, begun: await sagas().findOne({ _id: of }) ?? undefined }
  }
  const forget = async (of: string): Promise<void> => { await (await steps()).deleteMany({ of }) }
  /** What no later save can change any more. */
  const end = async ({ _id, ...fields }: SagaDocument): Promise<void> => {
    await sagas().updateOne({ _id }, { $set: { ...fields, start: null } }, { upsert: true }).catch(unlessTaken)
    await forget(_id)
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
      if (!await addStep(document)) return false
      // The rows of older revisions are taken away, so this one may have been made before, and the saga be further.
      const { step, begun } = await look(_id)
      if (begun?.state === 'finished' || step?.revision !== revision) return false
      if (document.state === 'finished') await end(document)
      else await (await steps()).deleteMany({ of: _id, revision: { $lt: revision } })
      return true
    },
    find: async sagaId => {
      const { step, begun } = await look(sagaId)
      return begun?.state === 'finished' || !step ? begun : documentOf(step, begun)
    },
    asleep: async before => {
      const table = await steps()
      const due = await table.find({ $or: [{ dueAt: { $lte: before } }, { state: 'finished' }] }, { projection: { of: 1 } }).toArray()
      const ids = [...new Set(due.map(row => row.of))]
      const some = await table.find({ of: { $in: ids } }, { projection: { record: 0 } }).toArray()
      const begunById = new Map((await sagas().find({ _id: { $in: ids } }).toArray()).map(saga => [saga._id, saga]))
      const now = [...Map.groupBy(some, step => step.of).values()].flatMap(all => {
        const step = newest(all)
        return step ? [documentOf(step, begunById.get(step.of))] : []
      })
      const isOver = ({ _id }: SagaDocument): boolean => begunById.get(_id)?.state === 'finished'
      // A row that came after the end counts for nothing; one that is the end is there because the process died before it closed the saga.
      await Promise.all(now.map(async saga => { if (isOver(saga)) await forget(saga._id); else if (saga.state === 'finished') await end(saga) }))
      return now.filter(saga => saga.state === 'running' && saga.dueAt !== null && saga.dueAt <= before && !isOver(saga))
    },
  }
}
