import { z } from 'zod'
import type { Breaker } from '../breaker.ts'
import { actorsClient } from './actors.ts'
import type { Dapr } from './dapr.ts'
import { invoker } from './invoke.ts'
import { peerBreakers } from './peer-breakers.ts'
import { publisher } from './publish.ts'
import { bodyOf, succeeded } from './replies.ts'
import { jobsClient } from './schedule.ts'
import { stateClient } from './state.ts'
import { transport, type Send } from './transport.ts'

/** `onCircuit` is told of the circuit to another app when that is first called. */
export type DaprOptions = { port: number; apiToken?: string; appIdPrefix?: string; waitMs?: number; onCircuit?: (circuit: Breaker) => void }

/** The component names that every component set uses. */
export const components = { pubsub: 'pubsub', state: 'statestore', secrets: 'secretstore' } as const

/** Connects to the sidecar of this process. Nothing is sent before the first call, which waits for the sidecar for up to `waitMs`. */
export const connectDapr = ({ port, apiToken, appIdPrefix = '', waitMs, onCircuit }: DaprOptions): Dapr => {
  const sidecar = transport({
    baseUrl: `http://127.0.0.1:${port}`, ...(apiToken === undefined ? {} : { apiToken }), ...(waitMs === undefined ? {} : { waitMs }),
  })
  const { send } = sidecar
  return {
    invoke: invoker(send, appIdPrefix, peerBreakers(onCircuit)),
    publishBulk: publisher(send, components.pubsub),
    state: stateClient(send, components.state),
    secret: secretReader(send),
    actors: actorsClient(send),
    jobs: jobsClient(send),
    healthy: () => sidecar.healthy(),
    close: () => sidecar.close(),
  }
}

// “lookup vault.example on 10.0.0.10:53: no such host” says that the store is not found, “Attempted credentials: … Identity not found” that it is closed.
const away = /credential|no such host|\bdial (?:tcp|udp|unix)\b|connection (?:refused|reset)|timeout|timed out|deadline exceeded|unavailable/i
const lacked = /not ?found|no such|not exist|can't find/i
const Secret = z.record(z.string(), z.string())
const secretReader = (send: Send): Dapr['secret'] => async name => {
  const reply = await send({ method: 'GET', path: `/v1.0/secrets/${components.secrets}/${encodeURIComponent(name)}` })
  // A store that lacks a secret says so with 204, 404 or a 500 in its own words.
  if (reply.status === 204 || reply.status === 404 || (reply.status === 500 && lacked.test(reply.text) && !away.test(reply.text))) return undefined
  return Secret.parse(bodyOf(succeeded(reply, `secret ${name}`)) ?? {})[name]
}
