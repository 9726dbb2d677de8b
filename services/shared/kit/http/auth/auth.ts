import { errors, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { Id, OrganizationRole } from '../../../contracts/primitives.ts'
import { systemClock, type Clock } from '../../clock.ts'
import { Refused } from '../../decider.ts'
import type { Actor } from '../call.ts'
import { keyRing, type FetchKeys } from './key-ring.ts'

/** Checks a bearer token and says whose it is; refuses with 401. */
export type Verify = (token: string | undefined) => Promise<Actor>

export type VerifierOptions = {
  /** Who makes the tokens: the platform's public URL. */
  issuer: string
  /** The signing keys, from the user service (`keysThroughDapr`) or, in the user service itself, its own. */
  keys: FetchKeys
  clock?: Clock
  /** What happened since the token was made: the session ended, or the role in it is no longer the person's. */
  tokenStatus?: (actor: Actor) => 'valid' | 'ended' | 'outdated'
}

export const audience = 'cybertask'
export const tokenType = 'at+jwt'
const leewaySeconds = 60
const Claims = z.object({ sub: Id, org: Id, role: OrganizationRole, sid: Id, exp: z.number(), iat: z.number().optional() })

/**
 * Verifies access tokens: EdDSA only, by keys it looks up itself; nothing in a token's header can name a key's place.
 * Verified ones are remembered until they expire.
 */
export const tokenVerifier = ({ issuer, keys, clock = systemClock, tokenStatus = () => 'valid' }: VerifierOptions): Verify => {
  const ring = keyRing(keys, clock)
  const known = new LRUCache<string, { actor: Actor; expiresAt: number }>({ max: 20_000 })

  const check = async (token: string): Promise<Actor> => {
    const remembered = known.get(token)
    const now = clock.epochMs()
    if (remembered && remembered.expiresAt > now) return remembered.actor
    const { payload } = await jwtVerify(token, header => ring.find(header.kid), {
      algorithms: ['EdDSA'], issuer, audience, typ: tokenType,
      clockTolerance: leewaySeconds, currentDate: new Date(now), requiredClaims: ['exp', 'sub'],
    })
    const claims = Claims.parse(payload)
    const actor: Actor = { userId: claims.sub, organizationId: claims.org, role: claims.role, sessionId: claims.sid }
    known.set(token, { actor, expiresAt: (claims.exp + leewaySeconds) * 1000 })
    return actor
  }
  return async token => {
    if (token === undefined || token === '') throw new Refused('unauthenticated', 'token-missing', 'A bearer token is needed.')
    if (token.length > 4096) throw new Refused('unauthenticated', 'token-invalid', 'The token is not valid.')
    const actor = await check(token).catch((error: unknown) => { throw refusal(error) })
    const now = tokenStatus(actor)
    if (now === 'ended') throw new Refused('unauthenticated', 'session-ended', 'The session has ended.')
    if (now === 'outdated') throw new Refused('unauthenticated', 'token-outdated', 'Your role has changed since this token was made. Refresh it.')
    return actor
  }
}

const refusal = (error: unknown): unknown => {
  if (error instanceof errors.JWTExpired) return new Refused('unauthenticated', 'token-expired', 'The token has expired.')
  if (error instanceof errors.JOSEError || error instanceof z.ZodError) return new Refused('unauthenticated', 'token-invalid', 'The token is not valid.')
  return error
}
