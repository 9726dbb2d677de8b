import type { SagaDocument, SagaStore } from './status.ts'

/** TEST DOUBLE of the collection `sagas`. */
export const memorySagaStore = (): SagaStore & { documents: Map<string, SagaDocument> } => {
  const documents = new Map<string, SagaDocument>()
  return {
    documents,
    open: async document => { if (!documents.has(document._id)) documents.set(document._id, structuredClone(document)) },
    save: async document => {
      const old = documents.get(document._id)
      if (!old || old.revision <= document.revision) documents.set(document._id, structuredClone({ ...old, ...document }))
    },
    find: async sagaId => structuredClone(documents.get(sagaId)),
    asleep: async before => [...documents.values()].filter(d => d.state === 'running' && d.dueAt !== null && d.dueAt <= before).map(d => structuredClone(d)),
  }
}
