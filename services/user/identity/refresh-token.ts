import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Keyring } from './keyring.ts'

/** `<session>.<secret>.<tag>`: the tag tells a token that was really given out (and is now old) from one that somebody made up. */
export type RefreshToken = { sessionId: string; secret: string }

const body = ({ sessionId, secret }: RefreshToken): string => `${sessionId}.${secret}`

/** Only this is stored. */
export const hashOfToken = (token: RefreshToken): string => createHash('sha256').update(body(token)).digest('base64url')
export const firstToken = (sessionId: string): RefreshToken => ({ sessionId, secret: randomBytes(32).toString('base64url') })

/** The same for everybody who holds the same token, so that tabs that refresh at the same moment end up with the same pair; it takes the old token and the server's key to know it. */
export const successor = (keys: Keyring, { sessionId, secret }: RefreshToken): RefreshToken =>
  ({ sessionId, secret: createHmac('sha256', keys.key('refresh')).update(`next.${sessionId}.${secret}`).digest('base64url') })

export const writeToken = (keys: Keyring, token: RefreshToken): string => `${body(token)}.${keys.mac('refresh', body(token))}`

/** Undefined for anything that this service has not given out. */
export const readToken = (keys: Keyring, text: string): RefreshToken | undefined => {
  const [sessionId, secret, tag, ...rest] = text.split('.')
  if (!sessionId || !secret || !tag || rest.length) return undefined
  const token = { sessionId, secret }
  return keys.macHolds('refresh', body(token), tag) ? token : undefined
}
