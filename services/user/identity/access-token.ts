import { SignJWT } from 'jose'
import type { Actor } from '../../shared/kit/http/call.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import type { SigningKeys } from './signing-keys.ts'

export const accessTokenSeconds = 600

/** Writes access tokens: EdDSA JWTs that every service checks against `/.well-known/jwks.json`. */
export const accessTokens = ({ issuer, signing, clock }: { issuer: string; signing: SigningKeys; clock: Clock }) =>
  async ({ userId, organizationId, role, sessionId }: Actor): Promise<string> => {
    const { kid, key } = await signing.current()
    const now = Math.floor(clock.epochMs() / 1000)
    return new SignJWT({ org: organizationId, role, sid: sessionId }).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
      .setIssuer(issuer).setAudience('cybertask').setSubject(userId).setIssuedAt(now).setExpirationTime(now + accessTokenSeconds).sign(key)
  }
