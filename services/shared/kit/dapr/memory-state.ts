import type { DaprState, StateEntry } from './dapr.ts'

/** TEST DOUBLE of the state store: a Map with etags, for `memoryDapr`. Time-to-live is not acted out. */
export const memoryState = (values: Map<string, StateEntry>, before: () => void): DaprState => {
  let revision = 0
  const holds = (key: string, etag: string | undefined): boolean => etag === undefined || values.get(key)?.etag === etag
  const put = (key: string, value: unknown): void => { values.set(key, { value: structuredClone(value), etag: String(++revision) }) }
  return {
    get: async key => { before(); return structuredClone(values.get(key)) },
    set: async (key, value, { etag, firstWrite } = {}) => {
      before()
      if (!holds(key, etag) || (firstWrite && etag === undefined && values.has(key))) return false
      put(key, value)
      return true
    },
    delete: async key => { before(); values.delete(key) },
  }
}
