import type { Connection } from 'mongoose'
import type { SagaRow } from './sagas.ts'

type StepRow = SagaRow & { of: string; revision: number }

/** The sagas of a service as they stand: the ended ones, and the newest step of those that run. */
export const sagaRows = async (db: Connection): Promise<SagaRow[]> => {
  const sagas = await db.collection<SagaRow>('sagas').find({}).toArray()
  const steps = (await db.collection<StepRow>('saga_steps').find({}).toArray()).toSorted((a, b) => a.revision - b.revision)
  const newest = new Map(steps.map(step => [step.of, step]))
  return sagas.map(saga => (saga.state === 'finished' ? saga : { ...saga, ...newest.get(saga._id), _id: saga._id }))
}
