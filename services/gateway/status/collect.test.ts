import { expect, it } from 'vitest'
import type { Health } from '../../shared/contracts/operations.ts'
import { breaker } from '../../shared/kit/breaker.ts'
import { systemClock } from '../../shared/kit/clock.ts'
import { DaprError } from '../../shared/kit/dapr/dapr-error.ts'
import type { Dapr } from '../../shared/kit/dapr/dapr.ts'
import { statusCollector } from './collect.ts'

const health: Health = { service: 'gateway', state: 'ready', instanceId: 'g1', uptimeSeconds: 1 }
/** What a gateway makes of one service at every look, and what it logs of that. */
const watching = (invoke: Dapr['invoke']) => {
  const warnings: unknown[] = []
  const look = statusCollector({
    dapr: { invoke }, clock: systemClock, version: '1', services: ['ai'], logger: { warn: fields => { warnings.push(fields) } },
    own: async () => ({ health, metrics: '', sockets: 0 }), reuseMs: -1,
  })
  return { warnings, look: async () => (await look()).services.find(s => s.service === 'ai') }
}

it('a service that is away is unreachable, before its circuit opens and after that, and is told of once', async () => {
  // No trial in the time of the test, which might be under way when it is looked at.
  const circuit = breaker({ name: 'ai', failures: 10, retryAfterMs: 3_600_000, longestRetryMs: 3_600_000, timeoutMs: Infinity })
  const { look, warnings } = watching(() => circuit.run(async () => { throw new DaprError('peer', 'ai did not answer') }))
  const before = await look()
  for (let i = 0; i < 10; i++) await look()
  expect(circuit.state()).toBe('open')
  expect([before, await look()]).toMatchObject([{ state: 'down', error: 'unreachable' }, { state: 'down', error: 'unreachable' }])
  expect(warnings).toMatchObject([{ part: 'ai', reason: 'unreachable', error: { reason: 'peer' } }])
})

it('a service that answers in another way than it should has failed, and is told of', async () => {
  const { look, warnings } = watching(async () => ({ status: 500, headers: {}, body: '' }))
  expect(await look()).toMatchObject({ state: 'down', error: 'failed' })
  expect(warnings).toMatchObject([{ reason: 'failed', error: { message: 'answered 500' } }])
})

it('what a process of the version before says is down has failed, in whatever words it says so', async () => {
  const dependencies = [{ name: 'mongo', state: 'down', essential: true, latencyMs: null, error: 'connect ECONNREFUSED store:27017' }]
  const { look } = watching(async (_, __, path) =>
    ({ status: 503, headers: {}, body: path === '/metrics' ? '' : { ...health, service: 'ai', state: 'degraded', dependencies } }))
  expect(await look()).toMatchObject({ state: 'degraded', dependencies: [{ name: 'mongo', error: 'failed' }] })
})
