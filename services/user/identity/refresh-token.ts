import { createHmac } from 'node:crypto'
import type { Keyring } from './keyring.ts'

/** `<session>.<generation>-<secret>.<tag>`: the tag tells a token that was really given out (and may be old) from one that somebody made up. */
export type RefreshToken = { sessionId: string; generation: number; secret: string }

const body = ({ sessionId, generation, secret }: RefreshToken): string => `${sessionId}.${generation}-${secret}`

/**
 * The tokens of a session are one chain, each computed from the one before it with the server's key: who repeats a sign-in or refreshes
 * in two tabs at once gets the same token, there is never a second chain, and nothing that is stored opens a session.
 */
export const firstToken = (keys: Keyring, sessionId: string): RefreshToken => ({ sessionId, generation: 0, secret: keys.mac('refresh', `first.${sessionId}`) })
export const successor = (keys: Keyring, { sessionId, generation, secret }: RefreshToken): RefreshToken =>
  ({ sessionId, generation: generation + 1, secret: createHmac('sha256', keys.key('refresh')).update(`next.${sessionId}.${secret}`).digest('base64url') })

export const writeToken = (keys: Keyring, token: RefreshToken): string => `${body(token)}.${keys.mac('refresh', body(token))}`

/** Undefined for anything that this service has not given out. */
export const readToken = (keys: Keyring, text: string): RefreshToken | undefined => {
  const [, sessionId, generation, secret, tag] = /^([^.]+)\.(\d{1,9})-([^.]+)\.([^.]+)$/.exec(text) ?? []
  if (sessionId === undefined || secret === undefined || tag === undefined) return undefined
  const token = { sessionId, generation: Number(generation), secret }
  return keys.macHolds('refresh', body(token), tag) ? token : undefined
}
