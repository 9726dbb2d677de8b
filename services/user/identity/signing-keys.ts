import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8, type CryptoKey } from 'jose'
import type { Jwks } from '../../shared/contracts/user/resources.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import type { Row, Table } from '../store/table.ts'
import type { Keyring } from './keyring.ts'
import { seal, unseal } from './seal.ts'

/** `_id` is the generation, so that two replicas that rotate at once make one key. */
export type SigningKeyRow = Row & { kid: string; x: string; privateSealed: string; signsFrom: string; publishedUntil: string | null }
export type SigningKeys = {
  current(): Promise<{ kid: string; key: CryptoKey }>
  jwks(): Promise<Jwks>
  /** Makes the next key when the newest is older than `maxAgeDays`: it is published at once, signs after an hour, and the one before stays until its tokens are over. */
  rotate(maxAgeDays: number): Promise<boolean>
}

const hour = 3_600_000
const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()

export const signingKeys = (table: Table<SigningKeyRow>, keys: Keyring, clock: Clock): SigningKeys => {
  let known: { rows: SigningKeyRow[]; readAt: number } = { rows: [], readAt: -Infinity }
  const privateKeys = new Map<string, Promise<CryptoKey>>()

  const read = async (): Promise<SigningKeyRow[]> => {
    if (known.rows.length && clock.monotonic() - known.readAt < 30_000) return known.rows
    const rows = (await table.findWhere({})).filter(row => row.publishedUntil === null || clock.now() < row.publishedUntil)
    known = { rows: rows.toSorted((a, b) => Number(a._id) - Number(b._id)), readAt: clock.monotonic() }
    return known.rows.length ? known.rows : (await create(1, clock.now()), read())
  }
  const create = async (generation: number, signsFrom: string): Promise<void> => {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
    const jwk = await exportJWK(pair.publicKey)
    const kid = await calculateJwkThumbprint(jwk)
    await table.insert({ _id: String(generation), kid, x: jwk.x ?? '', privateSealed: seal(keys.key('signing-keys'), kid, await exportPKCS8(pair.privateKey)), signsFrom, publishedUntil: null })
    known = { rows: [], readAt: -Infinity }
  }
  const privateKey = (row: SigningKeyRow): Promise<CryptoKey> => {
    const key = privateKeys.get(row.kid) ?? importPKCS8(unseal(keys.key('signing-keys'), row.kid, row.privateSealed).toString('utf8'), 'EdDSA')
    privateKeys.set(row.kid, key)
    return key
  }

  return {
    current: async () => {
      const rows = await read()
      // Where the clock went back to before the first key, that one signs all the same: it is published.
      const row = rows.findLast(r => r.signsFrom <= clock.now()) ?? rows[0]
      if (!row) throw new Error('there is no signing key')
      return { kid: row.kid, key: await privateKey(row) }
    },
    jwks: async () => ({ keys: (await read()).map(({ kid, x }) => ({ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' })) }),
    rotate: async maxAgeDays => {
      const newest = (await read()).at(-1)
      if (!newest || clock.now() < plus(newest.signsFrom, maxAgeDays * 24 * hour)) return false
      const signsFrom = plus(clock.now(), hour)
      await create(Number(newest._id) + 1, signsFrom)
      await table.update(newest._id, { publishedUntil: null }, { publishedUntil: plus(signsFrom, hour) })
      known = { rows: [], readAt: -Infinity }
      return true
    },
  }
}
