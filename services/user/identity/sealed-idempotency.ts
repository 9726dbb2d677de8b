import type { IdempotencyStore } from '../../shared/kit/http/idempotency.ts'
import type { Keyring } from './keyring.ts'
import { seal, unseal } from './seal.ts'

/** First answers of this service hold tokens and their requests passwords: both are kept so that a stolen database tells neither. */
export const sealedIdempotency = (store: IdempotencyStore, keys: Keyring): IdempotencyStore => ({
  claim: async (id, bodyHash) => {
    const kept = await store.claim(id, keys.mac('idempotency', bodyHash))
    if (!kept) return undefined
    const same = keys.macHolds('idempotency', bodyHash, kept.bodyHash)
    return { bodyHash: same ? bodyHash : '', ...(kept.answer !== undefined && { answer: unseal(keys.key('idempotency'), id, kept.answer).toString('utf8') }) }
  },
  finish: (id, answer) => store.finish(id, seal(keys.key('idempotency'), id, answer)),
  release: id => store.release(id),
  conceal: fingerprint => keys.mac('idempotency', fingerprint),
})
