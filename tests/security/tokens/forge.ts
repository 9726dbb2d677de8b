import { createHmac } from 'node:crypto'
import { exportJWK, generateKeyPair, importPKCS8, SignJWT, type CryptoKey, type JWTPayload } from 'jose'
import { inject } from 'vitest'
import { z } from 'zod'
import { readSecrets } from '../../../deploy/local/secrets.ts'
import { keyring } from '../../../services/user/identity/keyring.ts'
import { unseal } from '../../../services/user/identity/seal.ts'
import { documents } from '../support/documents.ts'

export type Header = { alg: string; typ?: string; kid?: string; [more: string]: unknown }
const Row = z.object({ _id: z.string(), kid: z.string(), x: z.string(), privateSealed: z.string() })

/** The platform's own signing key, taken out of its store with its own secret: what only a thief of both could do. With it every single claim can be put to the test. */
export const stolenKey = async (): Promise<{ kid: string; x: string; key: CryptoKey }> => {
  const row = Row.parse(await (await documents()).db('users_db').collection('signing_keys').findOne({}))
  const text = unseal(keyring(readSecrets(inject('home'))['token-key'] ?? '').key('signing-keys'), row.kid, row.privateSealed).toString('utf8')
  return { kid: row.kid, x: row.x, key: await importPKCS8(text, 'EdDSA') }
}
export const strangersKey = async (): Promise<{ key: CryptoKey; jwk: object }> => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  return { key: privateKey, jwk: await exportJWK(publicKey) }
}

export const claimsOf = (token: string): JWTPayload => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
export const sign = (claims: JWTPayload, header: Header, key: CryptoKey): Promise<string> => new SignJWT(claims).setProtectedHeader(header).sign(key)

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token without a signature, or with one that is a mac by this secret. */
export const unsigned = (claims: JWTPayload, header: Header): string => `${part(header)}.${part(claims)}.`
export const maced = (claims: JWTPayload, header: Header, secret: string | Uint8Array): string => {
  const head = `${part(header)}.${part(claims)}`
  return `${head}.${createHmac(header.alg.replace('HS', 'sha'), secret).update(head).digest('base64url')}`
}
