import { testClock } from '../../shared/kit/clock.ts'
import { memoryDapr, type MemoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import { chained, createApp, routed } from '../../shared/kit/http/server/app.ts'
import { gate as newGate } from '../../shared/kit/http/server/gate.ts'
import { callerOf, guard } from '../../shared/kit/http/auth/guard.ts'
import { healthRoutes } from '../../shared/kit/http/server/health.ts'
import { listen } from '../../shared/kit/http/server/listen.ts'
import { mount } from '../../shared/kit/http/mount.ts'
import { documentRoutes } from '../../shared/kit/http/openapi/documents.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { createMetrics } from '../../shared/kit/observe/metrics.ts'
import type { HealthParts } from '../../shared/kit/observe/show-breaker.ts'
import { gateway, type GatewayParts, type GatewaySettings } from '../compose.ts'
import { documents } from '../documents.ts'
import { fakeSidecar, type Behind, type FakeSidecar } from './fake-sidecar.ts'

export type Harness = { url: string; dapr: MemoryDapr; sidecar: FakeSidecar; parts: GatewayParts; drain(limitMs: number): Promise<void>; stop(): Promise<void> }
export const publicUrl = 'http://gateway.test'
/** Its clock stands there. */
export const startedAt = '2026-05-04T10:00:00.000Z'
export const appToken = 'the-app-token-of-tests'

type Given = { behind?: Behind; dapr?: MemoryDapr; settings?: Partial<GatewaySettings>; sidecarPort?: number }
const answersNothing: Behind = (_, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end('{}') }

/** The whole gateway in process: real HTTP and sockets, the sidecar's invocation and state faked. */
export const startGateway = async (
  { behind = answersNothing, dapr = memoryDapr(), settings = {}, sidecarPort }: Given = {},
): Promise<Harness> => {
  const sidecar = await fakeSidecar(behind)
  const gate = newGate()
  const clock = testClock(startedAt)
  const metrics = createMetrics('gateway')
  const shown: HealthParts = { checks: new Map(), optional: new Set(), breakers: new Map() }
  const app = createApp({ logger: silentLogger, metrics }, [guard({ appToken, edge: true }), gate.handler])
  const listening = await listen(app, 0, '127.0.0.1')
  const base = {
    appPort: 0, daprHttpPort: sidecarPort ?? sidecar.port, daprApiToken: 'the-sidecar-token', appApiToken: appToken, appIdPrefix: 'x-',
    logLevel: 'info' as const, otelExporterOtlpEndpoint: undefined, publicUrl, succeeds: false, instanceId: undefined,
  }
  const parts = await gateway({ base, dapr, clock, logger: silentLogger, metrics, health: shown, server: listening.server, listening }, {
    origins: ['https://app.test'], trustedProxies: 0, limits: { userPer10s: 1_000, addressPer10s: 1_000, signInPerMinute: 1_000 }, ...settings,
  })
  const health = healthRoutes({ service: 'gateway', instanceId: 'gateway-1', gate, logger: silentLogger, ...shown })
  const own = mount([...health, ...parts.routes.flat()], { clock, verify: parts.verify, idempotency: parts.idempotency, callerOf })
  gate.open(chained(...parts.edge, routed(own, documentRoutes({ name: 'gateway', publicUrl, routes: parts.routes.flat(), ...documents }))))
  return {
    url: listening.url, dapr, sidecar, parts, drain: listening.drain,
    stop: async () => { await parts.letGo(); await listening.drain(100); await parts.stop(); await sidecar.close() },
  }
}
