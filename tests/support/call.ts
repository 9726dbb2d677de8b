import { inject } from 'vitest'
import { z } from 'zod'
import type { Operation } from '../../services/shared/contracts/define.ts'

const Problem = z.object({
  type: z.string(), title: z.string(), status: z.number(), detail: z.string(), code: z.string(), traceId: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
}).loose()
export type Problem = z.infer<typeof Problem>

export type Input = { params?: Record<string, string>; query?: Record<string, string | number>; body?: unknown; token?: string; headers?: Record<string, string> }
export type Answered = { status: number; headers: Headers; text: string; json: unknown }

/** Sends one request to the gateway as it is given; nothing is checked. */
export const send = async (method: string, path: string, { query = {}, body, token, headers = {} }: Input = {}): Promise<Answered> => {
  const search = new URLSearchParams(Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)]))).toString()
  const response = await fetch(`${inject('gateway')}${path}${search && `?${search}`}`, {
    method, redirect: 'manual', signal: AbortSignal.timeout(30_000),
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: text && /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : undefined }
}
const filled = (path: string, params: Record<string, string> = {}) => path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))

type Reply<O extends Operation> = O extends { reply: infer R extends z.ZodType } ? z.output<R> : undefined

/** Calls an operation that must succeed, and checks its answer against the contract. */
export const call = async <O extends Operation>(operation: O, input: Input = {}): Promise<Reply<O> & {}> => (await answer(operation, input)).body

/** The same, with the headers of the answer. */
export const answer = async <O extends Operation>(operation: O, input: Input = {}): Promise<{ body: Reply<O> & {}; headers: Headers; status: number }> => {
  const { status, headers, text, json } = await send(operation.method, filled(operation.path, input.params), input)
  if (status < 200 || status > 299) throw new Error(`${operation.method} ${operation.path} answered ${status}: ${text}`)
  return { body: (operation.reply ? operation.reply.parse(json) : undefined) as Reply<O> & {}, headers, status }
}

/** Calls an operation that must be refused, and gives its problem document. */
export const refused = async (operation: Operation, input: Input = {}): Promise<Problem> => {
  const { status, json, text, headers } = await send(operation.method, filled(operation.path, input.params), input)
  if (status < 400) throw new Error(`${operation.method} ${operation.path} was not refused: ${status} ${text}`)
  if (!headers.get('content-type')?.startsWith('application/problem+json')) throw new Error(`${status} is not a problem document: ${text}`)
  const problem = Problem.parse(json)
  if (problem.status !== status) throw new Error(`the problem says ${problem.status}, the answer ${status}`)
  return problem
}
