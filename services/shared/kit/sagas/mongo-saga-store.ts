import type { Connection } from 'mongoose'
import { onceDone } from '../batching/once-done.ts'
import { inParallel } from '../in-parallel.ts'
import { isDuplicate } from '../mongo/insert.ts'
import type { SagaDocument, SagaStore } from './status.ts'

/** `<saga>#<revision>`: one row for each revision. `dueDay`: the date (UTC) on which it is due, or ended; rows of before have none. */
type Step = Omit<SagaDocument, '_id'> & { _id: string; of: string; dueDay?: string }

const dayOf = (at: string): string => at.slice(0, 10)
const DAY_MS = 86_400_000
/** So often all that run are looked through: for rows without a day, and for those that could not be woken on theirs. */
const ALL_MS = 3_600_000
const BATCH = 1_000
const LOOKS = 8

/**
 * The collections `sagas` (how each began and ended) and `saga_steps` (where the running ones are). Nothing is decided by an update:
 * FerretDB lets two updates pass the same guard. Each revision is a row of its own and the unique id decides who has made it;
 * the newest counts, and an end is final.
 */
export const mongoSagaStore = (db: Connection): SagaStore => {
  const sagas = () => db.collection<SagaDocument>('sagas')
  const rows = () => db.collection<Step>('saga_steps')
  // Thousands of sagas may wait for a timer; neither a save nor the sweep looks at all of them, so both ask by equality (decision 5).
  const indexed = onceDone(() => Promise.all((['of', 'dueDay'] as const).map(field => rows().createIndex({ [field]: 1 }))))
  const steps = async () => {
    await indexed()
    return rows()
  }
  const unlessTaken = (error: unknown): void => { if (!isDuplicate(error)) throw error }
  const addStep = async (document: SagaDocument): Promise<boolean> => {
    const { _id: of, revision, dueAt, finishedAt, startedAt } = document
    const row = { ...document, _id: `${of}#${revision}`, of, dueDay: dayOf(dueAt ?? finishedAt ?? startedAt) }
    return await (await steps()).insertOne(row).catch(unlessTaken) !== undefined
  }
  const documentOf = ({ of, dueDay: _, ...step }: Step, begun: SagaDocument | undefined): SagaDocument => ({ ...step, start: begun?.start ?? null, _id: of })
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
  let allAt = -Infinity
  /** Those that were asleep when they were last looked for: they may not have been woken. */
  let left: readonly string[] = []
  /** The sagas with a revision that is due or an end, among those of this day and the one before, or among all. */
  const dueBy = async (before: string, all: boolean): Promise<string[]> => {
    const days = [before, new Date(Date.parse(before) - DAY_MS).toISOString()].map(dayOf)
    const ids: string[] = []
    for (const where of all ? [{}] : days.map(dueDay => ({ dueDay }))) {
      const found = (await steps()).find(where, { projection: { of: 1, dueAt: 1, state: 1 }, batchSize: BATCH })
      for await (const row of found) if (isDue(row, before)) ids.push(row.of)
    }
    return ids
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
      const all = performance.now() - allAt >= ALL_MS
      left = [...new Set([...left, ...await dueBy(before, all)])]
      if (all) allAt = performance.now()
      const asleep: SagaDocument[] = []
      await inParallel(left, LOOKS, async id => {
        const { step, begun } = await look(id)
        if (!step) return
        const saga = documentOf(step, begun)
        // A row that came after the end counts for nothing; one that is the end is there because the process died before it closed the saga.
        if (begun?.state === 'finished') await forget(id)
        else if (saga.state === 'finished') await end(saga)
        else if (isDue(saga, before)) asleep.push(saga)
      })
      left = asleep.map(({ _id }) => _id)
      return asleep
    },
  }
}

const isDue = ({ dueAt, state }: Pick<SagaDocument, 'dueAt' | 'state'>, before: string): boolean =>
  state === 'finished' || (dueAt !== null && dueAt <= before)
