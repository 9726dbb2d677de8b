import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { publicUrl, startedAt } from './harness.ts'

export type Signer = { jwks: { keys: object[] }; token(role: string): Promise<string> }

/** TEST DOUBLE of the user service's tokens: u1 of o1, in any role. */
export const newSigner = async (): Promise<Signer> => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  const now = Date.parse(startedAt) / 1_000
  return {
    jwks: { keys: [{ ...await exportJWK(publicKey), kid: 'k1' }] },
    token: role => new SignJWT({ org: 'o1', role, sid: 's1' }).setProtectedHeader({ alg: 'EdDSA', kid: 'k1', typ: 'at+jwt' })
      .setSubject('u1').setIssuer(publicUrl).setAudience('cybertask').setIssuedAt(now).setExpirationTime(now + 600).sign(privateKey),
  }
}
