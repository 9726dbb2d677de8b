import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Operation } from '../../../services/shared/contracts/define.ts'
import type { Effect } from '../check/effects.ts'
import type { Ledger } from './ledger.ts'
import type { Tally } from './tally.ts'

export type Input = { params?: Record<string, string>; query?: Record<string, string | number>; body?: unknown; token?: string | undefined; key?: string }
export type Answer<O extends Operation> = O extends { reply: infer R extends z.ZodType } ? z.output<R> : undefined
type Options = { effects?: readonly Effect[]; /** Refusals that say that an earlier try, of which nothing was heard, did it. */ doneIf?: readonly string[]; patienceMs?: number }
export type Door = ReturnType<typeof doorTo>

const Problem = z.object({ code: z.string() })
/** What a careful client waits out: overload, outage, its own first request still under way. A 401 comes while clocks differ. */
const passing = new Set([401, 429, 502, 503, 504])
const GIVE_UP_MS = 120_000

/** Nobody answered at all within the client's patience. */
export class Unanswered extends Error {}

/** The platform's public door, as a careful client uses it: everything is tried again until there is an answer, with the same key. */
export const doorTo = (url: string, ledger: Ledger, tally: Tally) => {
  const once = async (name: string, { method, path }: Operation, { params = {}, query = {}, body, token, key }: Input) => {
    const search = new URLSearchParams(Object.fromEntries(Object.entries(query).map(([k, v]) => [k, String(v)]))).toString()
    const startedAt = performance.now()
    try {
      const response = await fetch(`${url}${path.replace(/:(\w+)/g, (_, param: string) => encodeURIComponent(params[param] ?? ''))}${search && `?${search}`}`, {
        method, redirect: 'manual', signal: AbortSignal.timeout(20_000),
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(key !== undefined && method === 'POST' && { 'idempotency-key': key }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const json: unknown = text === '' ? undefined : JSON.parse(text)
      const code = response.status >= 400 ? Problem.catch({ code: '' }).parse(json).code : ''
      const endedAt = performance.now()
      tally.attempts.push({ operation: name, method, status: response.status, ms: endedAt - startedAt, retryAfter: response.headers.has('retry-after'), code, startedAt, endedAt })
      return { status: response.status, json, text, code }
    } catch (error) {
      // The gateway itself is away, or its connection broke: there is no status. Waiting in vain counts as hanging all the same.
      const endedAt = performance.now()
      tally.attempts.push({ operation: name, method, status: 0, ms: endedAt - startedAt, retryAfter: false, code: error instanceof Error ? error.name : '', startedAt, endedAt })
      return undefined
    }
  }
  return {
    tally, ledger,
    /** Asks until there is an answer. What it brings about goes into the ledger; undefined when a refusal says that an earlier try did it. */
    ask: async <O extends Operation>(name: string, operation: O, input: Input, { effects = [], doneIf = [], patienceMs = GIVE_UP_MS }: Options = {}): Promise<Answer<O> | undefined> => {
      const key = input.key ?? randomUUID()
      const until = performance.now() + patienceMs
      for (let unclear = false; ;) {
        const answer = await once(name, operation, { ...input, key })
        if (answer && answer.status < 300) {
          if (operation.method !== 'GET') tally.commands++
          ledger.acknowledged.push(...effects)
          // The contract says what the reply of this operation is.
          return (operation.reply ? operation.reply.parse(answer.json) : undefined) as Answer<O>
        }
        if (answer && unclear && doneIf.includes(answer.code)) { ledger.acknowledged.push(...effects); return undefined }
        const waits = !answer || passing.has(answer.status) || answer.code === 'request-in-progress'
        if (!waits || performance.now() > until) {
          ledger.asked.push(...effects)
          const why = `${name} ${answer ? `answered ${answer.status} ${answer.text.slice(0, 300)}` : 'got no answer'}`
          if (!waits) tally.strange.push(why)
          throw new Unanswered(why)
        }
        unclear = true
        await sleep(200)
      }
    },
  }
}
