import { uuidv7 } from '../../ids.ts'
import type { Claim, IdempotencyStore, FirstAnswer } from './idempotency.ts'

type Entry = { seed: string; free: boolean; kept: FirstAnswer; firsts: Map<string, string> }

/** First answers in memory. For tests, and for services without a public POST. */
export const memoryIdempotency = (limit = 10_000): IdempotencyStore => {
  const entries = new Map<string, Entry>()
  return {
    claim: async (id, bodyHash) => {
      const known = entries.get(id)
      if (known && !known.free) return known.kept
      const oldest = entries.keys().next().value
      if (!known && entries.size >= limit && oldest !== undefined) entries.delete(oldest)
      const entry: Entry = { seed: known?.seed ?? uuidv7(), free: false, kept: { bodyHash }, firsts: known?.firsts ?? new Map() }
      entries.set(id, entry)
      const claim: Claim = {
        seed: entry.seed,
        first: async said => {
          const first = entry.firsts.get(bodyHash) ?? said
          entry.firsts.set(bodyHash, first)
          return first
        },
        finish: async answer => { entry.kept = { bodyHash, answer, redo: () => claim } },
        release: async () => { entry.free = true },
      }
      return claim
    },
  }
}
