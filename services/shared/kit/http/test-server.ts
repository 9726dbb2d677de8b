import type { Api, AppId, Operation } from '../../contracts/define.ts'
import { systemClock, type Clock } from '../clock.ts'
import { Refused } from '../decider.ts'
import type { InvokeAnswer, InvokeOptions } from '../dapr/dapr.ts'
import { silentLogger, type Logger } from '../observe/log.ts'
import { createApp, routed } from './server/app.ts'
import type { Verify } from './auth/auth.ts'
import type { Actor } from './call.ts'
import { client, type Client } from './client.ts'
import { callerOf, guard } from './auth/guard.ts'
import { headers as names } from './headers.ts'
import type { IdempotencyStore } from './idempotency/idempotency.ts'
import { listen } from './server/listen.ts'
import { memoryIdempotency } from './idempotency/memory-idempotency.ts'
import { mount } from './mount.ts'
import type { Routes } from './serve.ts'

export type TestRequest = { body?: unknown; as?: Actor; caller?: AppId; headers?: Record<string, string>; raw?: string | Uint8Array }
export type TestAnswer = { status: number; headers: Headers; body: unknown }
export type TestServer = {
  url: string
  request(method: Operation['method'] | 'HEAD' | 'OPTIONS', path: string, request?: TestRequest): Promise<TestAnswer>
  /** The typed client of a contract, as this person or this service; refusals are thrown as `Refused`. */
  client<const A extends Api>(api: A, by?: { as?: Actor; caller?: AppId }): Client<A>
  /** Lets a `memoryDapr` of another service invoke this one: `dapr.answer('project', server.peer('task'))`. */
  peer(caller: AppId): (call: { method: Operation['method']; path: string } & InvokeOptions) => Promise<InvokeAnswer>
  close(): Promise<void>
}
export type TestServerOptions = { idempotency?: IdempotencyStore; clock?: Clock; verify?: Verify; logger?: Logger; edge?: boolean }

const appToken = 'a-token-for-tests'
// Answered as 500 and told: no test passes by a refusal that the documents do not know.
const onUndocumentedRefusal = (operation: string, status: number, code: string): never => {
  process.stderr.write(`${operation} refuses with ${status} ${code}, which its contract does not name\n`)
  throw new Error(`not in its contract: ${code}`)
}
/** A bearer token that `testServer` takes for this person; real tokens are the user service's business. */
export const testToken = (actor: Actor): string => `test.${Buffer.from(JSON.stringify(actor)).toString('base64url')}`
const testVerify: Verify = async token => {
  if (!token?.startsWith('test.')) throw new Refused('unauthenticated', 'token-missing', 'A bearer token is needed.')
  return JSON.parse(Buffer.from(token.slice(5), 'base64url').toString())
}

/** TEST DOUBLE of `runService`: the routes of a service on a real port, with made-up people and callers, without a sidecar. */
export const testServer = async (
  routes: readonly Routes[],
  { idempotency = memoryIdempotency(), clock = systemClock, verify = testVerify, logger = silentLogger, edge = false }: TestServerOptions = {},
): Promise<TestServer> => {
  const router = mount(routes.flat(), { clock, verify, idempotency, callerOf, onUndocumentedRefusal })
  const app = createApp({ logger }, [guard({ appToken, edge }), routed(router)])
  const { url, drain } = await listen(app, 0, '127.0.0.1')
  const request: TestServer['request'] = async (method, path, { body, as, caller, headers = {}, raw } = {}) => {
    const sent: Record<string, string> = {
      [names.appToken]: appToken,
      ...(as ? { authorization: `Bearer ${testToken(as)}` } : {}),
      ...(caller ? { [names.callerAppId]: caller } : {}),
    }
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    if (payload !== undefined) sent['content-type'] = 'application/json'
    const response = await fetch(url + path, {
      method, headers: { ...sent, ...headers }, redirect: 'manual', ...(payload === undefined ? {} : { body: payload }),
    })
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) }
  }
  const invoked = (by: TestRequest) => async (
    { method, path, query = {}, body, headers = {} }: { method: Operation['method']; path: string } & InvokeOptions,
  ): Promise<InvokeAnswer> => {
    const search = new URLSearchParams(Object.entries(query).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)] as [string, string]]))).toString()
    const answer = await request(method, search ? `${path}?${search}` : path, { ...by, headers: { ...headers }, ...(body === undefined ? {} : { body }) })
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: answer.body }
  }
  return {
    url, request,
    client: (api, by = {}) => client(api, 'user', { invoke: (_, method, path, options = {}) => invoked(by)({ method, path, ...options }) }),
    peer: caller => invoked({ caller }),
    close: () => drain(1_000),
  }
}

const parsed = (text: string): unknown => {
  try { return text === '' ? undefined : JSON.parse(text) } catch { return text }
}
