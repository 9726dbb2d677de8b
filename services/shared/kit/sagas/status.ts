import type { SagaStatus } from '../../contracts/sagas/http.ts'
import { nextDue, SagaRecord } from './record.ts'

/**
 * A saga as the database of the service that owns it keeps it. `start` is its first input and `record` what its actor goes on from,
 * both as JSON text until it has finished (the first revision has no record yet); `dueAt` says when it has to be driven next.
 */
export type SagaDocument = Omit<SagaStatus, 'id'> & {
  _id: string; tenantId: string; revision: number; dueAt: string | null; start?: string | null; record?: string
}
/** Where the revisions of sagas live. */
export type SagaStore = {
  /** Keeps the first version; one that is there already stays. */
  open(document: SagaDocument): Promise<void>
  /**
   * Keeps this revision, or answers false: another process has kept it, or a newer one, or the end.
   * Of all who save one revision a single one is answered true.
   */
  save(document: SagaDocument): Promise<boolean>
  /** The newest revision. */
  find(sagaId: string): Promise<SagaDocument | undefined>
  /** Those that should have been driven by then (ISO 8601), and were not. */
  asleep(before: string): Promise<SagaDocument[]>
}

/** A revision of a saga as it is kept. */
export const documentOf = (record: SagaRecord): SagaDocument => {
  const { sagaId, tenantId, name, revision, state, outcome, startedAt, deadline, finishedAt, history } = record
  const finished = finishedAt !== null
  return {
    _id: sagaId, tenantId, name, revision, state: finished ? 'finished' : 'running', step: state.step, outcome,
    startedAt, deadline, finishedAt, history, dueAt: nextDue(record) ?? null,
    ...(finished ? { start: null } : { record: JSON.stringify(record) }),
  }
}
/** What its actor goes on from; undefined where the revision holds none. Of a saga that has finished nothing is asked any more but that. */
export const recordOf = (document: SagaDocument): SagaRecord | undefined => {
  const { _id: sagaId, tenantId, name, revision, state, step, outcome, startedAt, deadline, finishedAt, history, record } = document
  if (state === 'finished') {
    return { sagaId, tenantId, name, revision, state: { step }, pending: [], timers: [], seen: [], startedAt, deadline, finishedAt, outcome, history }
  }
  return record === undefined ? undefined : SagaRecord.parse(JSON.parse(record))
}

/** What people see of it. */
export const statusOf = ({ _id, name, state, step, outcome, startedAt, deadline, finishedAt, history }: SagaDocument): SagaStatus =>
  ({ id: _id, name, state, step, outcome, startedAt, deadline, finishedAt, history })
