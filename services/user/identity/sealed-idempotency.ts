import type { Claim, IdempotencyStore } from '../../shared/kit/http/idempotency/idempotency.ts'
import type { Keyring } from './keyring.ts'
import { seal, unseal } from './seal.ts'

/** First answers of this service hold tokens and their requests passwords: both are kept so that a stolen database tells neither. */
export const sealedIdempotency = (store: IdempotencyStore, keys: Keyring): IdempotencyStore => ({
  claim: async (id, bodyHash, withinMs) => {
    const sealing = (claim: Claim): Claim => ({ ...claim, finish: answer => claim.finish(seal(keys.key('idempotency'), id, answer)) })
    const claim = await store.claim(id, keys.mac('idempotency', bodyHash), withinMs)
    if ('finish' in claim) return sealing(claim)
    const same = { bodyHash: keys.macHolds('idempotency', bodyHash, claim.bodyHash) ? bodyHash : '' }
    if (claim.answer === undefined) return same
    const answer = unseal(keys.key('idempotency'), id, claim.answer).toString('utf8')
    return { ...same, answer, redo: () => sealing(claim.redo()) }
  },
  conceal: fingerprint => keys.mac('idempotency', fingerprint),
})
