import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Operation } from '../../../services/shared/contracts/define.ts'
import type { Effect } from '../check/effects.ts'
import type { Ledger } from './ledger.ts'
import { isWrite, type Attempt, type Tally } from './tally.ts'

export type Input = { params?: Record<string, string>; query?: Record<string, string | number>; body?: unknown; token?: string | undefined; key?: string }
export type Answer<O extends Operation> = O extends { reply: infer R extends z.ZodType } ? z.output<R> : undefined
type Options = {
  effects?: readonly Effect[]
  /** Refusals that say that an earlier try, of which nothing was heard, did it. */
  doneIf?: readonly string[]
  /** Refusals that are as good an answer: somebody else came first. */
  orElse?: readonly string[]
  patienceMs?: number
  /** Between two tries. */
  restMs?: number
}
export type Door = ReturnType<typeof doorTo>

const Problem = z.object({ code: z.string() })
/** What a careful client waits out: overload, outage, a clock that is wrong. Which of these was to be expected is looked at later (`unexplained`). */
const passing = new Set([401, 429, 502, 503, 504])
const GIVE_UP_MS = 120_000
const REST_MS = 200

/** Nobody answered at all within the client's patience. */
export class Unanswered extends Error {}

/** The platform's public door, as a careful client uses it: everything is tried again until there is an answer, with the same key. */
export const doorTo = (url: string, ledger: Ledger, tally: Tally) => {
  const once = async (
    name: string, { method, path }: Operation, { params = {}, query = {}, body, token, key }: Input,
  ): Promise<{ attempt: Attempt; json: unknown; text: string }> => {
    const search = new URLSearchParams(Object.fromEntries(Object.entries(query).map(([k, v]) => [k, String(v)]))).toString()
    const startedAt = performance.now()
    const noted = (answer: Pick<Attempt, 'status' | 'retryAfter' | 'code'>): Attempt => {
      const endedAt = performance.now()
      const attempt = { operation: name, method, ...answer, ms: endedAt - startedAt, startedAt, endedAt, again: false }
      tally.attempts.push(attempt)
      return attempt
    }
    try {
      const response = await fetch(`${url}${path.replace(/:(\w+)/g, (_, param: string) => encodeURIComponent(params[param] ?? ''))}${search && `?${search}`}`, {
        method, redirect: 'manual', signal: AbortSignal.timeout(20_000),
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(key !== undefined && method === 'POST' && { 'idempotency-key': key }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const json: unknown = text === '' ? undefined : JSON.parse(text)
      const code = response.status >= 400 ? Problem.catch({ code: '' }).parse(json).code : ''
      return { attempt: noted({ status: response.status, retryAfter: response.headers.has('retry-after'), code }), json, text }
    } catch (error) {
      // The gateway itself is away, or its connection broke: there is no status. Waiting in vain counts as hanging all the same.
      return { attempt: noted({ status: 0, retryAfter: false, code: error instanceof Error ? error.name : '' }), json: undefined, text: '' }
    }
  }
  return {
    tally, ledger,
    /** Asks until there is an answer. What it brings about goes into the ledger; undefined when a refusal says that an earlier try did it, or is as good an answer. */
    ask: async <O extends Operation>(
      name: string, operation: O, input: Input,
      { effects = [], doneIf = [], orElse = [], patienceMs = GIVE_UP_MS, restMs = REST_MS }: Options = {},
    ): Promise<Answer<O> | undefined> => {
      const key = input.key ?? randomUUID()
      const until = performance.now() + patienceMs
      for (let unclear = false; ;) {
        const { attempt, json, text } = await once(name, operation, { ...input, key })
        const { status, code } = attempt
        if (status > 0 && status < 300) {
          if (isWrite(attempt)) tally.commands++
          ledger.acknowledged.push(...effects)
          // The contract says what the reply of this operation is.
          return (operation.reply ? operation.reply.parse(json) : undefined) as Answer<O>
        }
        if (status > 0 && unclear && doneIf.includes(code)) { ledger.acknowledged.push(...effects); return undefined }
        if (orElse.includes(code)) return undefined
        attempt.again = status === 0 || passing.has(status) || code === 'request-in-progress'
        if (!attempt.again || performance.now() > until) {
          ledger.asked.push(...effects)
          const why = `${name} ${status > 0 ? `answered ${status} ${text.slice(0, 300)}` : 'got no answer'}`
          if (!attempt.again) tally.wrong.push(why)
          throw new Unanswered(why)
        }
        unclear = true
        await sleep(restMs)
      }
    },
  }
}
