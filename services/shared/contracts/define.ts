import type { z } from 'zod'

/** The services behind the gateway, as the seed names them. */
export const serviceIds = ['user', 'task', 'project', 'notification', 'analytics', 'ai'] as const
export type ServiceId = (typeof serviceIds)[number]
/** All of them; with a prefix these are the Dapr app ids. */
export const appIds = ['gateway', ...serviceIds] as const
export type AppId = (typeof appIds)[number]

/**
 * One operation of a service, defined once: the Koa route, the typed client of other services, and the OpenAPI document come from it.
 * - `access`: `public` needs no token, `user` needs a bearer token, `internal` is for the listed `callers` only and never on the gateway.
 * - `errors`: the stable problem codes of this operation beside the general ones (invalid, unauthenticated, forbidden, unknown …), with their status.
 * - `reply`: absent when the answer has no body (204).
 * - `also`: another status with the same reply: 202 where an input can make the operation go on in the background,
 *   503 where the reply says that something is not well.
 * - `produces`: the media type of an answer that is not JSON (a file, a stream); then there is no `reply`.
 * - `patienceMs`: how long people wait for it at most, where 4.2 s are not right: it is much work, or a long answer.
 * - `changing`: what it shows changes without a new version (with time, or with something else): its ETag is for If-Match alone.
 * - `ifMatch`: whether If-Match is honoured, where the method does not say so: PUT, PATCH and DELETE do it, POST does not. Elsewhere it is refused.
 * - `cookie`: the cookie (over TLS with `__Host-`) that says who asks, where a token in the body does not.
 * - `setsCookie`: the cookie that its answer may set or clear.
 * - `bodyLimit`: bytes, where 1 MiB (between services 4 MiB) is not right.
 * - `headers`: what its answer carries where neither method nor reply says so.
 */
export type Operation = Described & ({ access: 'public' | 'user'; callers?: readonly AppId[] } | { access: 'internal'; callers: readonly AppId[] })
type Described = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: `/${string}`
  summary: string
  status: 200 | 201 | 202 | 204 | 302
  also?: 202 | 503
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  reply?: z.ZodType
  produces?: string
  patienceMs?: number
  changing?: true
  ifMatch?: boolean
  cookie?: string
  setsCookie?: string
  bodyLimit?: number
  headers?: readonly ('ETag' | 'Location')[]
  errors?: Readonly<Record<string, number>>
}
/** Keeps the literal types of an operation. */
export const operation = <const O extends Operation>(definition: O): O => definition
/** Whether an operation compares If-Match with the version that the thing has. */
export const honoursIfMatch = ({
  method,
  ifMatch = method === 'PUT' || method === 'PATCH' || method === 'DELETE',
}: Pick<Operation, 'method' | 'ifMatch'>): boolean => ifMatch

/** The operations of one service, by name. */
export type Api = Readonly<Record<string, Operation>>

/**
 * A public event: its name (CloudEvents `type`), its version, and the schema of its data. `planned`: followers understand it, nobody publishes it yet.
 * `from`: the version before it, and what makes its data of that one's; feeds give what was published then for ever.
 */
export type EventContract<T extends string = string, D extends z.ZodType = z.ZodType> = {
  type: T
  version: number
  data: D
  planned?: true
  from?: { older: EventContract; lift: (data: unknown) => unknown }
}
/**
 * Defines a public event. A breaking change adds a version with `from`, and takes the place of the one before in its topic:
 * followers only ever see data of the newest shape.
 */
export const event = <const T extends string, D extends z.ZodType, O extends z.ZodType = z.ZodType>(
  type: T,
  version: number,
  data: D,
  { from, ...more }: { planned?: true; from?: { older: EventContract<NoInfer<T>, O>; lift: (data: z.infer<O>) => z.input<D> } } = {},
): EventContract<T, D> => ({
  type, version, data, ...more,
  ...(from && { from: { older: from.older, lift: given => from.lift(from.older.data.parse(given)) } }),
})
/** A contract and all that it lifts from, the newest first. */
export const versionsOf = (contract: EventContract): EventContract[] => [contract, ...(contract.from ? versionsOf(contract.from.older) : [])]

/** A topic and the events that its producer publishes to it. */
export type Topic = { name: string; producer: ServiceId; events: readonly EventContract[] }
/** Defines a topic; keeps the literal types of its events. */
export const topic = <const E extends readonly EventContract[]>(
  name: string, producer: ServiceId, events: E,
): { name: string; producer: ServiceId; events: E } => ({ name, producer, events })

type PublicEventOf<C> = C extends EventContract<infer N, infer D> ? { type: N; data: z.infer<D> } : never
/** The union of `{type, data}` that a topic's producer may publish. */
export type PublicEvent<T extends { events: readonly EventContract[] }> = PublicEventOf<T['events'][number]>
