import type { AppId } from '../../contracts/define.ts'
import { DaprError } from './dapr-error.ts'
import type { Dapr, InvokeOptions } from './dapr.ts'
import { pause } from '../waiting.ts'
import { bodyOf, FIRST_REST_MS, neverArrived, nextRest, sidecarProblem } from './replies.ts'
import type { PeerBreakers } from './peer-breakers.ts'
import type { Send } from './transport.ts'

/** The path under which a sidecar forwards a call to another app. */
export const invokePath = (prefix: string, app: AppId, path: string): string => `/v1.0/invoke/${prefix}${app}/method${path}`

/** So long a call is held that never arrived. */
const HOLD_MS = 3_000

/** Service invocation through the sidecar. What the app answers comes back whatever its status; that nobody answered throws. */
export const invoker = (send: Send, prefix: string, circuit: PeerBreakers): Dapr['invoke'] =>
  (app, method, path, { query, body, headers, timeoutMs } = {}) => circuit(app).run(async () => {
    const call = {
      method, path: invokePath(prefix, app, path) + queryOf(query),
      ...(body === undefined ? {} : { body }), ...(headers ? { headers } : {}), ...(timeoutMs === undefined ? {} : { timeoutMs }),
    }
    const until = performance.now() + Math.min(timeoutMs ?? HOLD_MS, HOLD_MS)
    let reply = await send(call)
    // The other app, or its sidecar, is being replaced or just starting again: that takes a second or two.
    for (let rest = FIRST_REST_MS; neverArrived(reply) && performance.now() + rest < until; rest = nextRest(rest)) {
      await pause(rest)
      reply = await send(call)
    }
    const problem = sidecarProblem(reply)
    // An app that is still starting has answered nothing: the circuit must not take it for an answer.
    const why = problem?.message ?? (neverArrived(reply) ? 'it is starting' : undefined)
    if (why !== undefined) {
      const reason = reply.status === 403 ? 'rejected' : 'peer'
      throw new DaprError(reason, `${app} did not answer ${method} ${path}: ${why}`, reply.status, problem?.errorCode ?? '')
    }
    return { status: reply.status, headers: reply.headers, body: bodyOf(reply) }
  })

const queryOf = (query: InvokeOptions['query']): string => {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) pairs.append(name, String(value))
  return pairs.size ? `?${pairs.toString()}` : ''
}
