import { expect, it } from 'vitest'
import { peerBreakers } from '../dapr/peer-breakers.ts'
import { DaprError } from '../dapr/dapr-error.ts'
import { healthRoutes } from '../http/server/health.ts'
import { testServer } from '../http/test-server.ts'
import { silentLogger } from './log.ts'
import { createMetrics } from './metrics.ts'
import { showBreaker, type HealthParts } from './show-breaker.ts'

it('the circuit to another app is shown once it is called, among what hinders nobody, and in the metrics', async () => {
  const health: HealthParts = { checks: new Map([['dapr', async () => true]]), optional: new Set(), breakers: new Map() }
  const metrics = createMetrics('task')
  const server = await testServer([healthRoutes({ service: 'task', instanceId: 'i1', gate: { state: 'ready' }, logger: silentLogger, ...health })])
  const circuit = peerBreakers(made => { showBreaker({ health, metrics }, made) })
  expect(await metrics.registry.metrics()).not.toContain('breaker_project_open')
  for (let i = 0; i < 10; i++) await circuit('project').run(async () => { throw new DaprError('peer', 'project did not answer') }).catch(() => {})
  const { body } = await server.request('GET', '/health/dependencies', { headers: { 'dapr-api-token': '' } })
  expect(body).toMatchObject({ state: 'ready', dependencies: [{ name: 'dapr', state: 'up' }, { name: 'project', state: 'open', essential: false, latencyMs: null }] })
  expect(await metrics.registry.metrics()).toContain('breaker_project_open{service="task"} 1')
  await server.close()
})
