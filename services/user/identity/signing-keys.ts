import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8, type CryptoKey } from 'jose'
import type { Jwks } from '../../shared/contracts/user/resources.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import { ConfigError } from '../../shared/kit/config.ts'
import type { Row, Table } from '../../shared/kit/mongo/table.ts'
import type { Keyring } from './keyring.ts'
import { seal, unseal } from './seal.ts'

/** `_id` is the generation, so that two replicas that rotate at once make one key. */
export type SigningKeyRow = Row & { kid: string; x: string; privateSealed: string; signsFrom: string; publishedUntil: string | null }
export type SigningKeys = {
  /** A `ConfigError` where the service's key is not the one that its data was written with. */
  current(): Promise<{ kid: string; key: CryptoKey }>
  jwks(): Promise<Jwks>
  /** Makes the next key when the newest is older than `maxAgeDays`: published at once, it signs after an hour; the one before stays while its tokens hold. */
  rotate(maxAgeDays: number): Promise<boolean>
}

const notOurs = (): ConfigError => new ConfigError([
  'TOKEN_KEY does not fit the data: it was written with another one (it was restored without its secrets, or the key was changed). '
  + 'Set TOKEN_KEY, or the secret "token-key" in the secret store, to the one that it was written with.',
])

const hour = 3_600_000
const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()

export const signingKeys = (table: Table<SigningKeyRow>, keys: Keyring, clock: Clock): SigningKeys => {
  let known: { rows: SigningKeyRow[]; readAt: number } = { rows: [], readAt: -Infinity }
  const privateKeys = new Map<string, Promise<CryptoKey>>()

  const read = async (): Promise<SigningKeyRow[]> => {
    if (known.rows.length && clock.monotonic() - known.readAt < 30_000) return known.rows
    const rows = (await table.find({})).filter(row => row.publishedUntil === null || clock.now() < row.publishedUntil)
    known = { rows: rows.toSorted((a, b) => Number(a._id) - Number(b._id)), readAt: clock.monotonic() }
    return known.rows.length ? known.rows : (await create(1, clock.now()), read())
  }
  const create = async (generation: number, signsFrom: string): Promise<void> => {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
    const jwk = await exportJWK(pair.publicKey)
    const kid = await calculateJwkThumbprint(jwk)
    const privateSealed = seal(keys.key('signing-keys'), kid, await exportPKCS8(pair.privateKey))
    await table.insert([{ _id: String(generation), kid, x: jwk.x ?? '', privateSealed, signsFrom, publishedUntil: null }])
    known = { rows: [], readAt: -Infinity }
  }
  const opened = ({ kid, privateSealed }: SigningKeyRow): string => {
    try { return unseal(keys.key('signing-keys'), kid, privateSealed).toString('utf8') } catch { throw notOurs() }
  }
  const privateKey = (row: SigningKeyRow): Promise<CryptoKey> => {
    const key = privateKeys.get(row.kid) ?? importPKCS8(opened(row), 'EdDSA')
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
      if (!newest) return false
      const isDue = clock.now() >= plus(newest.signsFrom, maxAgeDays * 24 * hour)
      if (isDue) await create(Number(newest._id) + 1, plus(clock.now(), hour))
      const rows = await read()
      const last = rows.at(-1) ?? newest
      // Also the one that a crash between the two left without an end.
      const endless = rows.filter(row => row._id !== last._id && row.publishedUntil === null)
      for (const { _id } of endless) await table.set({ _id, publishedUntil: null }, { publishedUntil: plus(last.signsFrom, hour) })
      known = { rows: [], readAt: -Infinity }
      return isDue
    },
  }
}
