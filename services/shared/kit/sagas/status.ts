import type { SagaStatus } from '../../contracts/sagas/http.ts'
import { nextDue, type SagaRecord } from './record.ts'

/** A saga's visible record, kept in the collection `sagas` of the service that owns it. `start` is its first input as JSON text, until it has finished; `dueAt` says when it has to be driven next. */
export type SagaDocument = Omit<SagaStatus, 'id'> & { _id: string; tenantId: string; revision: number; dueAt: string | null; start?: string | null }
/** Where the visible records live. */
export type SagaStore = {
  /** Keeps the first version; one that is there already stays. */
  open(document: SagaDocument): Promise<void>
  /** Replaces an older revision, or the same one. */
  save(document: SagaDocument): Promise<void>
  find(sagaId: string): Promise<SagaDocument | undefined>
  /** Those that should have been driven by then (ISO 8601), and were not. */
  asleep(before: string): Promise<SagaDocument[]>
}

/** The visible part of what the actor keeps. */
export const documentOf = (record: SagaRecord): SagaDocument => {
  const { sagaId, tenantId, name, revision, state, outcome, startedAt, deadline, finishedAt, history } = record
  const finished = finishedAt !== null
  return { _id: sagaId, tenantId, name, revision, state: finished ? 'finished' : 'running', step: state.step, outcome, startedAt, deadline, finishedAt, history, dueAt: nextDue(record) ?? null, ...(finished ? { start: null } : {}) }
}

/** What people see of it. */
export const statusOf = ({ _id, name, state, step, outcome, startedAt, deadline, finishedAt, history }: SagaDocument): SagaStatus =>
  ({ id: _id, name, state, step, outcome, startedAt, deadline, finishedAt, history })
