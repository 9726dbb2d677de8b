import { errors, importJWK, type CryptoKey } from 'jose'
import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { Dapr } from '../../dapr/dapr.ts'
import { Refused } from '../../decider.ts'

const Jwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), kid: z.string().min(1), x: z.string() })
export const Jwks = z.object({ keys: z.array(z.unknown()) })
export type FetchKeys = () => Promise<z.infer<typeof Jwks>>

/** The user service's signing keys, through the sidecar. */
export const keysThroughDapr = (dapr: Pick<Dapr, 'invoke'>): FetchKeys => async () => {
  const answer = await dapr.invoke('user', 'GET', '/.well-known/jwks.json', { timeoutMs: 3_000 })
  const parsed = Jwks.safeParse(answer.body)
  if (answer.status !== 200 || !parsed.success) throw new Refused('unavailable', 'user-unavailable', 'The signing keys cannot be read.')
  return parsed.data
}

const unknownKidPauseMs = 3_000
const refreshMs = 300_000
const minimumMs = 250

export type KeyRing = { find(kid: string | undefined): Promise<CryptoKey | Uint8Array> }

/** Signing keys by id: fetched when first needed, again for an id that is not known (rarely), and every few minutes so that a withdrawn key stops working. */
export const keyRing = (fetchKeys: FetchKeys, clock: Clock): KeyRing => {
  let keys = new Map<string, CryptoKey | Uint8Array>()
  let fetchedAt: number | undefined
  let triedAt: number | undefined
  let fetching: Promise<void> | undefined

  const fetchAll = async (): Promise<void> => {
    triedAt = clock.monotonic()
    const { keys: given } = await fetchKeys()
    const usable = given.flatMap(key => { const parsed = Jwk.safeParse(key); return parsed.success ? [parsed.data] : [] })
    keys = new Map(await Promise.all(usable.map(async jwk => [jwk.kid, await importJWK(jwk, 'EdDSA')] as const)))
    fetchedAt = clock.monotonic()
  }
  const refresh = (): Promise<void> => (fetching ??= fetchAll().finally(() => { fetching = undefined }))
  const older = (at: number | undefined, ms: number): boolean => at === undefined || clock.monotonic() - at >= ms

  return {
    find: async kid => {
      if (kid === undefined) throw new errors.JWKSNoMatchingKey()
      if (fetchedAt === undefined && (fetching || older(triedAt, minimumMs))) await refresh()
      if (fetchedAt === undefined) throw new Refused('unavailable', 'user-unavailable', 'The signing keys cannot be read yet.')
      if (!keys.has(kid) && (fetching || older(triedAt, unknownKidPauseMs))) await refresh()
      // While the user service is away the keys that are known go on serving.
      else if (older(fetchedAt, refreshMs) && older(triedAt, unknownKidPauseMs)) refresh().catch(() => {})
      const key = keys.get(kid)
      if (!key) throw new errors.JWKSNoMatchingKey()
      return key
    },
  }
}
