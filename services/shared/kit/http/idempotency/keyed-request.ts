import { createHash } from 'node:crypto'
import type { RouterContext } from '@koa/router'
import type { AppId } from '../../../contracts/define.ts'
import { Refused } from '../../decider.ts'
import { derivedId } from '../../ids.ts'
import type { Actor } from '../call.ts'
import { headers } from '../headers.ts'
import type { Route } from '../serve.ts'

/** A request that may come again. */
export type KeyedRequest = {
  key: string
  /** Its key within its operation and person: where the first answer is kept. */
  id: string
  /** All that it says. Another request with the same key has another. */
  fingerprint: string
  /** No try of it is still at work after so long. */
  withinMs: number
  /** What its commands are known by and the ids of what it makes are derived from; `seed` is its claim's. */
  commandId(seed: string | undefined): string
}
type RequestFacts = { actor: Actor | undefined; caller: AppId | undefined; token: string | undefined; text: string }

// A store fails within 6 s (see mongo/connect.ts), and what is asked of another service at the last moment takes several more.
const [usualMs, spareMs] = [6_000, 6_000]

/** What an Idempotency-Key makes of a request; undefined without one. `conceal` keeps what a fingerprint was made of from whoever reads the ids. */
export const keyedRequest = (
  ctx: RouterContext, { name, operation }: Route, { actor, caller, token, text }: RequestFacts,
  conceal: (fingerprint: string) => string = same,
): KeyedRequest | undefined => {
  const key = operation.method === 'POST' ? checkedKey(ctx.get(headers.idempotencyKey)) : ''
  if (!key) return undefined
  // Who is nobody yet is told apart by what he shows, and makes nothing under an id that a stranger with the same key could make again.
  const open = operation.access === 'public'
  const shown = operation.cookie === undefined ? '' : shownCookie(ctx, operation.cookie)
  const person = actor?.userId ?? (shown ? conceal(shown) : '-')
  const scope = derivedId(actor?.organizationId ?? caller ?? '-', person, `${operation.method} ${operation.path}`, name, key)
  const fingerprint = createHash('sha256').update(`${key}\n${ctx.url}\n`).update(open ? `\n${token ?? ''}\n` : '').update(text).digest('base64url')
  const said = conceal(fingerprint)
  const commandId: KeyedRequest['commandId'] = seed => {
    // The log remembers commands for ever and claims are forgotten: a key that comes again long after must be new.
    // What services ask of each other has keys of its own, and may be repeated for days.
    if (operation.access === 'internal') return scope
    if (seed !== undefined) return derivedId(scope, seed, said)
    return open ? derivedId(scope, said) : scope
  }
  // Claims without the 2 are older: their fingerprint was one of the body alone. Nobody asks for them; what they did is found by its command's id.
  return { key, id: `${scope}.2`, fingerprint, withinMs: (operation.patienceMs ?? usualMs) + spareMs, commandId }
}

// Other cookies come and go with every page; over TLS its name has the prefix.
const shownCookie = (ctx: RouterContext, name: string): string => [`__Host-${name}`, name].map(one => ctx.cookies.get(one) ?? '').join('\n').trim()

const same = (fingerprint: string): string => fingerprint

const checkedKey = (key: string): string => {
  if (key !== '' && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Refused('invalid', 'bad-idempotency-key', 'Idempotency-Key must be 1 to 255 visible ASCII characters.')
  }
  return key
}
