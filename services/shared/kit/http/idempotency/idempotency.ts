import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { z } from 'zod'
import { Refused, refusedKinds } from '../../decider.ts'
import type { Answer } from '../call.ts'
import type { KeyedRequest } from './keyed-request.ts'

/**
 * What is kept of the first request with a key: its fingerprint, and its answer once it is finished. `redo` gives the right to do the work
 * once more, where the answer says nothing any more; it stays all the same.
 */
export type FirstAnswer = { bodyHash: string } & ({ answer?: undefined } | { answer: string; redo(): Claim })
/** The right to do the work. */
export type Claim = {
  /** The same for all claims of an id until it is forgotten, so that a repetition makes the same things; claims of older versions have none. */
  seed?: string
  /** What the first try of this request said here, which may be this one. */
  first(said: string): Promise<string>
  finish(answer: string): Promise<void>
  /** Lets the next request do the work. */
  release(): Promise<void>
}
/**
 * Where first answers are kept. `claim` is atomic: of many, exactly one gets the claim and does the work.
 * A claim without an answer for `withinMs` belongs to a process that is gone.
 */
export type IdempotencyStore = {
  claim(id: string, bodyHash: string, withinMs: number): Promise<FirstAnswer | Claim>
  /** For requests that hold secrets: what stands for a fingerprint in ids, which are kept for ever. */
  conceal?: (fingerprint: string) => string
}
/** The cookies of an answer: those that it has set by now, and the same ones again for a repetition. */
export type ReplyCookies = { cookies(): string[]; replay(cookies: readonly string[]): void }

const cookies = z.array(z.string()).default([])
const Outcome = z.union([
  z.object({
    cookies,
    answer: z.object({
      status: z.number().optional(),
      version: z.number().optional(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
    }),
  }),
  z.object({ cookies, refused: z.object({ kind: z.enum(refusedKinds), code: z.string(), message: z.string(), detail: z.record(z.string(), z.unknown()) }) }),
])

type Work = {
  /** Whether an answer's body is what the operation answers: not what it answered in an older version. */
  fits(body: unknown): boolean
  run(seed: string | undefined, first: Claim['first']): Promise<Answer>
}

/**
 * Does the work once per key and request: a repetition gets the first answer again, refusals included.
 * An outage keeps nothing, nor does an unfinished answer, so it can be tried again.
 */
export const idempotently = async (store: IdempotencyStore, keyed: KeyedRequest, replyCookies: ReplyCookies, { fits, run }: Work): Promise<Answer> => {
  const { key, id, fingerprint, withinMs } = keyed
  const claim = await store.claim(id, fingerprint, withinMs)
  if ('finish' in claim) return claimed(claim, keyed, replyCookies, run)
  if (claim.bodyHash !== fingerprint) throw new Refused('mismatch', 'idempotency-key-reused', 'This Idempotency-Key came with another request before.')
  if (claim.answer === undefined) throw new Refused('rule', 'request-in-progress', 'The first request with this key is still under way.', { retryAfter: 1 })
  const outcome = Outcome.parse(JSON.parse(unseal(claim.answer, key, id)))
  // As good as lost: what was done is found by the command's own id, however many look for it at once.
  if ('answer' in outcome && !fits(outcome.answer.body)) return claimed(claim.redo(), keyed, replyCookies, run)
  replyCookies.replay(outcome.cookies)
  return again(outcome)
}

const claimed = async (claim: Claim, { key, id, fingerprint }: KeyedRequest, replyCookies: ReplyCookies, run: Work['run']): Promise<Answer> => {
  // The effect is there already: an answer that cannot be kept is found again by the command's own id.
  const finished = (made: z.input<typeof Outcome>): Promise<void> =>
    claim.finish(seal(JSON.stringify({ ...made, cookies: replyCookies.cookies() }), key, id)).catch(() => {})
  const first: Claim['first'] = async said => unsealFirst(await claim.first(seal(said, key, `${id}:first:${fingerprint}`)), key, id, fingerprint)
  const outcome = await run(claim.seed, first).then(answer => ({ answer }), (error: unknown) => ({ error }))
  if ('answer' in outcome) {
    await (outcome.answer.unfinished ? claim.release().catch(() => {}) : finished({ answer: outcome.answer }))
    return outcome.answer
  }
  if (outcome.error instanceof Refused && lasting(outcome.error)) {
    const { kind, code, message, detail } = outcome.error
    await finished({ refused: { kind, code, message, detail } })
  } else await claim.release().catch(() => {})
  throw outcome.error
}

const lasting = ({ kind }: Refused): boolean => kind !== 'unavailable' && kind !== 'throttled' && kind !== 'unauthenticated'

const again = (outcome: z.output<typeof Outcome>): Answer => {
  if ('refused' in outcome) throw new Refused(outcome.refused.kind, outcome.refused.code, outcome.refused.message, outcome.refused.detail)
  // The same operation made this answer and its reply schema checks it once more on the way out.
  return outcome.answer as Answer
}

// Answers can hold tokens and personal data. They are kept under a key made from the Idempotency-Key itself, which is not kept.
const keyFor = (key: string, id: string): Buffer => Buffer.from(hkdfSync('sha256', key, id, 'idempotency', 32))
const seal = (text: string, key: string, id: string): string => {
  // Of what is sealed under one id only the first is kept, so a fixed nonce is never used twice with one key.
  const cipher = createCipheriv('aes-256-gcm', keyFor(key, id), Buffer.alloc(12))
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}
/** What was kept before the fingerprint was in the salt is read until it is swept. */
const unsealFirst = (sealed: string, key: string, id: string, fingerprint: string): string => {
  try { return unseal(sealed, key, `${id}:first:${fingerprint}`) } catch { return unseal(sealed, key, `${id}:first`) }
}
const unseal = (sealed: string, key: string, id: string): string => {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', keyFor(key, id), Buffer.alloc(12))
  decipher.setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8')
}
