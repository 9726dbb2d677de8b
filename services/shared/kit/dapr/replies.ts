import { z } from 'zod'
import { DaprError } from './dapr-error.ts'
import type { Reply } from './transport.ts'

const SidecarProblem = z.object({ errorCode: z.string(), message: z.string().optional() })

/** JSON as a value; text that is none stays text; nothing is undefined. */
export const bodyOf = ({ headers, text }: Pick<Reply, 'headers' | 'text'>): unknown => {
  if (text === '') return undefined
  if (!/[/+]json/.test(headers['content-type'] ?? '')) return text
  try { return JSON.parse(text) } catch { return text }
}

/** The sidecar's own complaint (`{errorCode: "ERR_…"}`), told apart from what an app behind it answered. */
export const sidecarProblem = (reply: Reply): { errorCode: string; message: string } | undefined => {
  if (reply.status < 400 || !(reply.headers['content-type'] ?? '').startsWith('application/json')) return undefined
  const parsed = SidecarProblem.safeParse(bodyOf(reply))
  return parsed.success && parsed.data.errorCode.startsWith('ERR_') ? { errorCode: parsed.data.errorCode, message: parsed.data.message ?? '' } : undefined
}

// A connection that broke under a call says something else than one that could not be made (gRPC, `Unavailable`).
const noSidecar = /code = Unavailable desc = connection error: .*error while dialing: .*connect: connection refused/is
const noApp = /error invoking app channel: .*(?:connect: connection refused|app is not in a healthy state)/s
// Nobody heard where it is: whoever asked first hung up, and took the answer of all others with him (mDNS, components-contrib 1.18.3).
const noAddress = /, err: (?:timeout waiting for address for app id|couldn't find service:) /
// Dapr's own retries, which dapr/resources turns off: it tells of the last try, and one before may have arrived.
const retried = /failed to invoke target \S+ after [1-9]\d* retries/

// Only the gate of a service that is not ready yet says so (http/server/gate.ts), before it looks at anything.
const starting = /"code":"starting"/

/**
 * The app behind did not even look at the call: neither it nor its sidecar listened, its sidecar knew that it would not,
 * or it is just starting. It can be made again, whatever it is.
 */
export const neverArrived = (reply: Pick<Reply, 'status' | 'headers' | 'text'>): boolean => {
  if (reply.status === 503) return starting.test(reply.text)
  const problem = sidecarProblem(reply)
  if (problem?.errorCode !== 'ERR_DIRECT_INVOKE' || retried.test(problem.message)) return false
  return [noApp, noSidecar, noAddress].some(way => way.test(problem.message))
}

/** The rest before the first try of a call that never arrived, in milliseconds. */
export const FIRST_REST_MS = 50
/** The rest before the next try, after one of `ms`: short, for a sidecar is back in a few tenths of a second, and a service in a second or two. */
export const nextRest = (ms: number): number => Math.min(ms * 2, 100)

/** Turns a reply that is not a success into a `DaprError`; hands a success through. */
export const succeeded = (reply: Reply, what: string): Reply => {
  if (reply.status < 300) return reply
  const problem = SidecarProblem.safeParse(bodyOf({ ...reply, headers: { 'content-type': 'application/json' } }))
  const code = problem.data?.errorCode ?? ''
  const told = problem.data?.message ?? (reply.text.slice(0, 200) || `status ${reply.status}`)
  throw new DaprError(reply.status < 500 ? 'rejected' : 'peer', `${what}: ${told}`, reply.status, code)
}
