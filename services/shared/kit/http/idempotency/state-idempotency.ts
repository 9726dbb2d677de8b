import { z } from 'zod'
import { systemClock, type Clock } from '../../clock.ts'
import type { DaprState, SetOptions } from '../../dapr/dapr.ts'
import { uuidv7 } from '../../ids.ts'
import type { Claim, IdempotencyStore } from './idempotency.ts'

/**
 * All of one id is one value, and whoever changes it names the etag that he has read. `turn` counts the claims: one that is given up (`free`)
 * or abandoned is followed by the next. `firsts` is what the first try said, by fingerprint.
 */
const Entry = z.object({
  seed: z.string(), turn: z.number().int(), bodyHash: z.string(), at: z.string(), free: z.boolean(),
  firsts: z.record(z.string(), z.string()), answer: z.string().optional(),
})
type Entry = z.infer<typeof Entry>

const daySeconds = 86_400

/**
 * First answers in the Dapr state store, for a service without a document store. All its instances share them; each is forgotten a day after
 * it was given. While the store is away, `claim` throws `DaprError`.
 */
export const stateIdempotency = (state: Pick<DaprState, 'get' | 'set'>, clock: Clock = systemClock): IdempotencyStore => {
  const read = async (id: string): Promise<{ kept: Entry | undefined; unchanged: SetOptions }> => {
    const entry = await state.get(keyOf(id))
    return { kept: Entry.safeParse(entry?.value).data, unchanged: entry ? { etag: entry.etag } : { firstWrite: true } }
  }
  const write = (id: string, entry: Entry, unchanged: SetOptions): Promise<boolean> => state.set(keyOf(id), entry, { ...unchanged, ttlSeconds: daySeconds })

  /** `make` hands back what it is given where there is nothing to change. What was forgotten meanwhile is what was claimed. */
  const change = async (id: string, claimed: Entry, make: (kept: Entry) => Entry): Promise<Entry> => {
    for (;;) {
      const { kept = claimed, unchanged } = await read(id)
      const next = make(kept)
      if (next === kept || await write(id, next, unchanged)) return next
    }
  }
  const claimOf = (id: string, claimed: Entry): Claim => {
    const { seed, turn, bodyHash } = claimed
    return {
      seed,
      first: async said => {
        const { firsts } = await change(id, claimed, kept => (bodyHash in kept.firsts ? kept : { ...kept, firsts: { ...kept.firsts, [bodyHash]: said } }))
        return firsts[bodyHash] ?? said
      },
      // The first one stays: whoever was taken for gone may have answered after all.
      finish: async answer => { await change(id, claimed, kept => (kept.answer === undefined ? { ...kept, bodyHash, answer } : kept)) },
      // A claim that was taken over frees no later one.
      release: async () => { await change(id, claimed, kept => (kept.turn === turn ? { ...kept, free: true } : kept)) },
    }
  }
  return {
    claim: async (id, bodyHash, withinMs) => {
      for (;;) {
        const { kept, unchanged } = await read(id)
        const at = clock.now()
        // A claim from the future is one of a process whose clock was wrong.
        const isAbandoned = kept?.bodyHash === bodyHash && Math.abs(Date.parse(at) - Date.parse(kept.at)) >= withinMs
        if (kept?.answer !== undefined) return { bodyHash: kept.bodyHash, answer: kept.answer, redo: () => claimOf(id, kept) }
        if (kept && !kept.free && !isAbandoned) return { bodyHash: kept.bodyHash }
        const claimed: Entry = { seed: kept?.seed ?? uuidv7(), turn: (kept?.turn ?? -1) + 1, bodyHash, at, free: false, firsts: kept?.firsts ?? {} }
        if (await write(id, claimed, unchanged)) return claimOf(id, claimed)
      }
    },
  }
}

const keyOf = (id: string): string => `idempotency.${id}`
