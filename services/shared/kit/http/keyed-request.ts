import { createHash } from 'node:crypto'
import type { RouterContext } from '@koa/router'
import type { AppId } from '../../contracts/define.ts'
import { Refused } from '../decider.ts'
import { derivedId } from '../ids.ts'
import type { Actor } from './call.ts'
import { headers } from './headers.ts'
import type { Route } from './serve.ts'

/** A request that may come again. */
export type Keyed = {
  key: string
  /** Its key within its operation and person: where the first answer is kept. */
  id: string
  /** All that it says. Another request with the same key has another. */
  fingerprint: string
  /** What its commands are known by and the ids of what it makes are derived from. */
  commandId: string
}
type Said = { actor: Actor | undefined; caller: AppId | undefined; token: string | undefined; text: string }

/** What an Idempotency-Key makes of a request; undefined without one. `conceal` keeps what a fingerprint was made of from whoever reads the ids. */
export const keyedRequest = (ctx: RouterContext, { name, operation }: Route, { actor, caller, token, text }: Said, conceal: (fingerprint: string) => string = same): Keyed | undefined => {
  const key = operation.method === 'POST' ? checkedKey(ctx.get(headers.idempotencyKey)) : ''
  if (!key) return undefined
  const scope = derivedId(actor?.organizationId ?? caller ?? '-', actor?.userId ?? '-', `${operation.method} ${operation.path}`, name, key)
  // Who is nobody yet is told apart by what he shows, and makes nothing under an id that a stranger with the same key could make again.
  const open = operation.access === 'public'
  const fingerprint = createHash('sha256').update(`${key}\n${ctx.url}\n`).update(open ? `${ctx.get('cookie')}\n${token ?? ''}\n` : '').update(text).digest('base64url')
  // Claims without the 2 are older: their fingerprint was one of the body alone. Nobody asks for them; what they did is found by its command's id.
  return { key, id: `${scope}.2`, fingerprint, commandId: open ? derivedId(scope, conceal(fingerprint)) : scope }
}

const same = (fingerprint: string): string => fingerprint

const checkedKey = (key: string): string => {
  if (key !== '' && !/^[\x21-\x7e]{1,255}$/.test(key)) throw new Refused('invalid', 'bad-idempotency-key', 'Idempotency-Key must be 1 to 255 visible ASCII characters.')
  return key
}
