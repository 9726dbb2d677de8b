import type { z } from 'zod'
import type { Api, Operation, ServiceId } from '../../contracts/define.ts'
import type { CommandMeta } from '../command.ts'
import { DaprError } from '../dapr/dapr-error.ts'
import type { Dapr, InvokeAnswer } from '../dapr/dapr.ts'
import { Refused } from '../decider.ts'
import { currentContext } from '../observe/context.ts'
import { inWork } from '../observe/trace.ts'
import { traceparentOf } from '../observe/traceparent.ts'
import type { ParamsOf } from './call.ts'
import { headers as names } from './headers.ts'
import { refusedBy } from './refused-by.ts'

type ParamsIn<O extends Operation> = keyof ParamsOf<O> extends never ? { params?: undefined } : { params: ParamsOf<O> }
type QueryIn<O extends Operation> = O extends { query: infer Q extends z.ZodType }
  ? (Record<never, never> extends z.input<Q> ? { query?: z.input<Q> } : { query: z.input<Q> })
  : { query?: undefined }
type BodyIn<O extends Operation> = O extends { body: infer B extends z.ZodType } ? { body: z.input<B> } : { body?: undefined }
/** `token` acts on behalf of a user; `meta` hands on the correlation; `idempotencyKey` makes a repeated POST harmless. */
export type ClientInput<O extends Operation> = ParamsIn<O> & QueryIn<O> & BodyIn<O> & {
  token?: string | undefined
  meta?: Pick<CommandMeta, 'correlationId' | 'commandId' | 'ip'>
  idempotencyKey?: string
  ifMatch?: number
  timeoutMs?: number
}
export type ClientReply<O extends Operation> = O extends { reply: infer R extends z.ZodType } ? z.output<R> : undefined
export type Client<A extends Api> = { readonly [K in keyof A]: (input: ClientInput<A[K]>) => Promise<ClientReply<A[K]>> }

type LooseInput = ClientInput<Operation> & { params?: Readonly<Record<string, string>>; query?: Readonly<Record<string, unknown>>; body?: unknown }

/** The operations of another service as functions, by Dapr invocation. A refusal there is the same `Refused` here; no answer is `Refused('unavailable')`. */
export const client = <const A extends Api>(api: A, service: ServiceId, dapr: Pick<Dapr, 'invoke'>): Client<A> => {
  const calls = Object.entries(api).map(([name, operation]) => [
    name,
    (input: LooseInput) => inWork(`${service}.${name}`, 'client', {}, () => invoke(operation, service, dapr, input)),
  ] as const)
  // Each function parses its reply by the operation of its own name; the mapped type says so to the callers.
  return Object.fromEntries(calls) as unknown as Client<A>
}

const defaultTimeoutMs = 5_000

const invoke = async (operation: Operation, service: ServiceId, dapr: Pick<Dapr, 'invoke'>, input: LooseInput): Promise<unknown> => {
  const { body, query, timeoutMs = defaultTimeoutMs } = input
  const options = { headers: headersOf(input), timeoutMs, query: flat(query), ...(body === undefined ? {} : { body }) }
  const answer = await dapr.invoke(service, operation.method, pathOf(operation, input.params ?? {}), options).catch((error: unknown) => {
    throw error instanceof DaprError ? unavailable(service, error.message) : error
  })
  if (answer.status >= 300) throw refusedBy(service, answer.status, answer.body)
  return replyOf(operation, service, answer)
}

const unavailable = (service: ServiceId, why: string): Refused =>
  new Refused('unavailable', `${service}-unavailable`, `The ${service} service does not answer: ${why}`)

const replyOf = ({ reply, status, also }: Operation, service: ServiceId, answer: InvokeAnswer): unknown => {
  // When the connection to a service breaks, a sidecar can answer 200 with nothing in it (Dapr 1.18.2).
  if (answer.status !== status && answer.status !== also) throw unavailable(service, `it answered ${answer.status} where the contract says ${status}`)
  if (!reply) return undefined
  const parsed = reply.safeParse(answer.body)
  if (!parsed.success) throw unavailable(service, 'its reply is not what the contract says')
  return parsed.data
}

const headersOf = ({ token, meta, idempotencyKey, ifMatch }: LooseInput): Record<string, string> => {
  const work = currentContext()
  const sent: Record<string, string> = {}
  if (token !== undefined) sent['authorization'] = `Bearer ${token}`
  if (work) sent['traceparent'] = traceparentOf(work)
  const correlationId = meta?.correlationId ?? work?.correlationId
  if (correlationId !== undefined) sent[names.correlationId] = correlationId
  if (meta) sent[names.causationId] = meta.commandId
  if (meta?.ip !== undefined) sent[names.clientIp] = meta.ip
  if (idempotencyKey !== undefined) sent[names.idempotencyKey] = idempotencyKey
  if (ifMatch !== undefined) sent['if-match'] = `"${ifMatch}"`
  return sent
}

/** `/api/tasks/:id` with its parameters put in, each encoded. */
export const pathOf = ({ path }: Operation, params: Readonly<Record<string, unknown>>): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))

const flat = (query: Readonly<Record<string, unknown>> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(query ?? {}).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]))
