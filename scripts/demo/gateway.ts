import { randomUUID } from 'node:crypto'
import { pause } from '../../services/shared/kit/waiting.ts'
import type { Dapr, InvokeAnswer, InvokeOptions } from '../../services/shared/kit/dapr/dapr.ts'
import { count, type Tally } from './tally.ts'

const mostTries = 40
/** Who is asked to wait longer is refused for now: nobody sits before a screen that stands still. */
const longestWaitSeconds = 120

/**
 * The public door of the platform in the shape that typed clients speak through.
 * It waits as `Retry-After` says, up to two minutes, and repeats nothing that could happen twice.
 */
export const throughGateway = (url: string, tally: Tally): Pick<Dapr, 'invoke'> => ({
  invoke: async (_, method, path, options = {}) => {
    const key = method === 'POST' && options.headers?.['idempotency-key'] === undefined ? { 'idempotency-key': randomUUID() } : {}
    for (let tries = 1; ; tries++) {
      const answer = await send(url, method, path, { ...options, headers: { ...options.headers, ...key } })
      tally.requests++
      const wait = answer.status === 429 || answer.status === 503 || inFlight(answer) ? Number(answer.headers['retry-after'] ?? 1) : 0
      if (wait === 0 || wait > longestWaitSeconds || tries === mostTries) return counted(answer, method, path, tally)
      tally.waited += wait
      await pause(wait * 1000)
    }
  },
})

const send = async (url: string, method: string, path: string, { query = {}, body, headers, timeoutMs = 0 }: InvokeOptions): Promise<InvokeAnswer> => {
  const search = new URLSearchParams(Object.entries(query).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)] as [string, string]]))).toString()
  const response = await fetch(`${url}${path}${search && `?${search}`}`, {
    method, redirect: 'manual', signal: AbortSignal.timeout(Math.max(timeoutMs, 30_000)),
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) }, ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    const advice = 'Is the platform up? `npm start` brings it up, `npm run doctor` says what is wrong.'
    throw new Error(`${method} ${url}${path} got no answer. ${advice}`, { cause: error })
  })
  const text = await response.text()
  return { status: response.status, headers: Object.fromEntries(response.headers), body: parsed(text) }
}

const parsed = (text: string): unknown => {
  if (text === '') return undefined
  try { return JSON.parse(text) } catch { return text }
}
const field = (value: unknown, name: string): unknown => (value !== null && typeof value === 'object' ? Reflect.get(value, name) : undefined)
const inFlight = ({ status, body }: InvokeAnswer): boolean => status === 409 && field(body, 'code') === 'request-in-progress'

/** A bulk request holds as many commands as it has results. */
const counted = (answer: InvokeAnswer, method: string, path: string, tally: Tally): InvokeAnswer => {
  const results = path === '/api/tasks/bulk' ? field(answer.body, 'results') : undefined
  const outcomes = Array.isArray(results)
    ? results.map(r => ({ status: Number(field(r, 'status')), code: field(field(r, 'problem'), 'code') }))
    : [{ status: answer.status, code: field(answer.body, 'code') }]
  for (const { status, code } of outcomes) {
    if (status < 300 && method !== 'GET') tally.commands++
    if (status >= 400) count(tally.refusals, typeof code === 'string' ? code : String(status))
  }
  return answer
}
