import type { SagaStatus } from '../../contracts/sagas/http.ts'

/** A saga's visible record, kept in the collection `sagas` of the service that owns it. `start` is its first input as JSON text, until it has finished. */
export type SagaDocument = Omit<SagaStatus, 'id'> & { _id: string; tenantId: string; revision: number; touchedAt: string; start: string | null }
/** Where the visible records live. */
export type SagaStore = {
  /** Keeps the first version; one that is there already stays. */
  open(document: SagaDocument): Promise<void>
  /** Replaces an older revision. */
  save(document: SagaDocument): Promise<void>
  find(sagaId: string): Promise<SagaDocument | undefined>
  unfinished(limit: number): Promise<SagaDocument[]>
}
