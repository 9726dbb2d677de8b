import type { IdempotencyStore, Kept } from './idempotency.ts'

/** First answers in memory. For tests, and for services that have no document store. */
export const memoryIdempotency = (limit = 10_000): IdempotencyStore => {
  const kept = new Map<string, Kept>()
  return {
    claim: async (id, bodyHash) => {
      const known = kept.get(id)
      if (known) return known
      const oldest = kept.keys().next().value
      if (kept.size >= limit && oldest !== undefined) kept.delete(oldest)
      kept.set(id, { bodyHash })
      return undefined
    },
    finish: async (id, answer) => { kept.set(id, { bodyHash: kept.get(id)?.bodyHash ?? '', answer }) },
    release: async id => { kept.delete(id) },
  }
}
