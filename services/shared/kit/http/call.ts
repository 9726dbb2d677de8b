import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { AppId, Operation } from '../../contracts/define.ts'
import type { OrganizationRole } from '../../contracts/primitives.ts'
import type { CommandMeta } from '../command.ts'

/** The signed-in user of a call, from his verified access token. */
export type Actor = { userId: string; organizationId: string; role: OrganizationRole; sessionId: string }

/** The names in a path such as `/api/tasks/:id/dependencies/:otherId`. */
type PathNames<P extends string> =
  P extends `${string}:${infer Name}/${infer Rest}` ? Name | PathNames<`/${Rest}`>
    : P extends `${string}:${infer Name}` ? Name : never

/** Path parameters: as the operation's schema gives them, else every name of the path is an id. */
export type ParamsOf<O extends Operation> = O extends { params: infer P extends z.ZodType } ? z.output<P> : { [K in PathNames<O['path']>]: string }
export type QueryOf<O extends Operation> = O extends { query: infer Q extends z.ZodType } ? z.output<Q> : Record<never, never>
export type BodyOf<O extends Operation> = O extends { body: infer B extends z.ZodType } ? z.output<B> : undefined
/** What a handler hands back; a file or a stream when the operation `produces` something other than JSON. */
export type ReplyOf<O extends Operation> =
  O extends { produces: string } ? Readable | string | Uint8Array
    : O extends { reply: infer R extends z.ZodType } ? z.input<R> : undefined

export type CookieOptions = { maxAgeSeconds?: number; path?: string; sameSite?: 'strict' | 'lax'; secure?: boolean }
export type Cookies = {
  get(name: string): string | undefined
  /** HttpOnly always. `undefined` deletes it. */
  set(name: string, value: string | undefined, options?: CookieOptions): void
}

/** One request, parsed by the operation's schemas. */
export type Call<O extends Operation = Operation> = {
  params: ParamsOf<O>
  query: QueryOf<O>
  body: BodyOf<O>
  /** Only for `access: 'user'`. */
  actor: O['access'] extends 'user' ? Actor : undefined
  /** The calling service; only for `access: 'internal'`. */
  caller: O['access'] extends 'internal' ? AppId : AppId | undefined
  meta: CommandMeta
  /** Ids of what this call creates: the same ones again when it is repeated with its Idempotency-Key. */
  newId: () => string
  /** What the first try with this Idempotency-Key said here: what a later one would say otherwise, such as a time from now. Without a key, what is said. */
  first: <S extends z.ZodType>(schema: S, said: z.output<S>) => Promise<z.output<S>>
  ifMatch?: number
  /** The bearer token, to be forwarded to other services on behalf of the user. */
  token?: string
  ip: string
  userAgent: string
  traceId: string
  cookies: Cookies
}

/** What a handler answers. `version`, or else that of the body, becomes the ETag (and 304 on If-None-Match); `status` defaults to the operation's. */
export type Answer<O extends Operation = Operation> = {
  version?: number
  status?: number
  headers?: Record<string, string>
  /** A part of it could not be done now: the answer is not kept, and a repetition with the same Idempotency-Key does what is missing. */
  unfinished?: boolean
} & (ReplyOf<O> extends undefined ? { body?: undefined } : { body: ReplyOf<O> })

/** A handler per operation: one that is missing, or that answers another shape, does not compile. */
export type Handlers<A extends Readonly<Record<string, Operation>>> = { readonly [K in keyof A]: (call: Call<A[K]>) => Promise<Answer<A[K]>> }
