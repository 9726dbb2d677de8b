import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { Refused } from '../../shared/kit/decider.ts'

const hopByHop = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']
// Only the gateway says who somebody is and where he comes from.
const fromOutside = [
  'host', 'forwarded', 'via', 'x-real-ip', 'x-client-ip', 'x-correlation-id', 'x-causation-id',
  'traceparent', 'tracestate', 'baggage', 'expect', 'x-http-method-override',
]
// No service reads it, but a sidecar does: for an event stream it answers every refusal of the service as an outage.
const forSidecar = ['accept']
const notIn = new Set([...hopByHop, ...fromOutside, ...forSidecar])
const notOut = new Set([...hopByHop, 'server', 'x-powered-by', 'date', 'via', 'traceparent', 'tracestate', 'metadata', 'grpc-status', 'grpc-message'])
// Sidecars speak gRPC to each other: a header that its metadata cannot hold would come back as an outage of the service, and count as one.
const carried = { name: /^[\w.-]+$/, value: /^[\t\x20-\x7e]*$/ }
const binding = new Set(['if-match', 'idempotency-key', 'authorization', 'content-type'])
const canTravel = (name: string, value: string | string[]): boolean => {
  if (carried.name.test(name) && (typeof value === 'string' ? carried.value.test(value) : value.every(text => carried.value.test(text)))) return true
  if (binding.has(name)) throw new Refused('invalid', 'invalid', `The header ${name} may hold visible ASCII characters only.`)
  return false
}
// Other schemes are none of a service's, and from Basic a sidecar takes the app to call.
const strange = (name: string, value: string | string[]): boolean => name === 'authorization' && !/^Bearer +\S/i.test(String(value))
const internal = (name: string): boolean =>
  name.startsWith('dapr-') || name.startsWith('x-forwarded-') || name.startsWith('grpc-') || name.startsWith('metadata.')

/** What of a caller's headers goes on to a service: nothing that concerns one connection only, nothing that services take as said by their peers. */
export const headersIn = (headers: IncomingHttpHeaders, withCookies: boolean): Record<string, string | string[]> => {
  const named = connectionNames(headers.connection)
  const out: Record<string, string | string[]> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || notIn.has(name) || internal(name) || named?.includes(name)) continue
    if ((name === 'cookie' && !withCookies) || strange(name, value) || !canTravel(name, value)) continue
    out[name] = value
  }
  return out
}

/** Gives what of a service's headers concerns the caller to his answer. */
export const handHeaders = (headers: Readonly<Record<string, string | string[] | undefined>>, answer: ServerResponse): void => {
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && !notOut.has(name) && !internal(name)) answer.setHeader(name, value)
  }
}

// `Connection: x-a` makes x-a a header of this hop, too.
const connectionNames = (value: string | undefined): string[] | undefined =>
  value === undefined || /^(?:keep-alive|close)$/i.test(value) ? undefined : value.toLowerCase().split(',').map(name => name.trim())
