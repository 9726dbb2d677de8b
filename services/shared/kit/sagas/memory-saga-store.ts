import type { SagaDocument, SagaStore } from './status.ts'

/** TEST DOUBLE of the collections `sagas` and `saga_steps`. */
export const memorySagaStore = (): SagaStore & { documents: Map<string, SagaDocument> } => {
  const documents = new Map<string, SagaDocument>()
  return {
    documents,
    open: async document => { if (!documents.has(document._id)) documents.set(document._id, structuredClone(document)) },
    save: async document => {
      const old = documents.get(document._id)
      if (old && (old.state === 'finished' || old.revision >= document.revision)) return false
      documents.set(document._id, structuredClone({ start: old?.start ?? null, ...document }))
      return true
    },
    find: async sagaId => structuredClone(documents.get(sagaId)),
    asleep: async before => [...documents.values()].filter(d => d.state === 'running' && d.dueAt !== null && d.dueAt <= before).map(d => structuredClone(d)),
  }
}
