import type { IncomingMessage } from 'node:http'
import { Pool } from 'undici'
import { serviceIds } from '../shared/contracts/define.ts'
import { projectInternal } from '../shared/contracts/project/internal.ts'
import { peerBreakers } from '../shared/kit/dapr/peer-breakers.ts'
import { tokenVerifier, type Verify } from '../shared/kit/http/auth/auth.ts'
import { client } from '../shared/kit/http/client.ts'
import { keysThroughDapr } from '../shared/kit/http/auth/key-ring.ts'
import type { IdempotencyStore } from '../shared/kit/http/idempotency/idempotency.ts'
import { stateIdempotency } from '../shared/kit/http/idempotency/state-idempotency.ts'
import type { Routes } from '../shared/kit/http/serve.ts'
import { showBreaker } from '../shared/kit/observe/show-breaker.ts'
import type { Service } from '../shared/kit/run.ts'
import type { Started } from '../shared/kit/start.ts'
import { machineOf } from '../shared/kit/http/machine.ts'
import { version } from '../shared/kit/version.ts'
import { publicApis } from '../shared/contracts/public-apis.ts'
import { sagaOwner } from './apis.ts'
import { edge } from './edge/edge.ts'
import { clientIp } from './edge/client-ip.ts'
import { budgetsOf, spend, type RateLimits } from './edge/rate-limit.ts'
import { live, type Live } from './live/live.ts'
import { askProjects, charged } from './live/ask-projects.ts'
import { pages } from './pages/pages.ts'
import { forwarder } from './proxy/forward.ts'
import { proxy } from './proxy/proxy.ts'
import { routeTable } from './proxy/route-table.ts'
import { gatewayRoutes } from './routes.ts'
import { statusCollector } from './status/collect.ts'
import { ownStatus } from './status/own.ts'

export type GatewaySettings = { origins: readonly string[]; trustedProxies: number; limits: RateLimits }
export type GatewayParts = {
  routes: Routes[]; edge: NonNullable<Service['edge']>; verify: Verify; idempotency: IdempotencyStore; feeds: Live['feeds']
  letGo(): Promise<void>; stop(): Promise<void>
}

/** Puts the gateway together on a process that listens already. */
export const gateway = async (
  started: Pick<Started, 'base' | 'dapr' | 'clock' | 'logger' | 'metrics' | 'health' | 'server' | 'listening'>,
  { origins, trustedProxies, limits }: GatewaySettings,
): Promise<GatewayParts> => {
  const { base, dapr, clock, logger, metrics, server } = started
  const allowed = new Set([new URL(base.publicUrl).origin, ...origins])
  const [budgets, table] = [budgetsOf(limits), routeTable(publicApis)]
  const admit = (request: IncomingMessage) => spend(budgets.address, machineOf(clientIp(request, trustedProxies)))
  const ask = charged(askProjects(client(projectInternal, 'project', dapr)), userId => spend(budgets.lookUp, userId))
  const sockets = await live({
    dapr, clock, logger, metrics, server, origins: allowed, admit, ask, key: `gateway-live.${base.instanceId ?? 'main'}`,
  })
  const verify = tokenVerifier({ issuer: base.publicUrl, keys: keysThroughDapr(dapr), clock, tokenStatus: sockets.tokenStatus.of })
  const status = statusCollector({ dapr, clock, logger, version, services: serviceIds, own: ownStatus(started, () => sockets.hub.size) })

  const sidecar = new Pool(`http://127.0.0.1:${base.daprHttpPort}`, {
    connections: 128, connect: { timeout: 2_000 }, keepAliveTimeout: 30_000, keepAliveMaxTimeout: 300_000,
  })
  const forward = forwarder({
    sidecar, circuit: peerBreakers(circuit => { showBreaker(started, circuit, `forward-${circuit.name}`) }), appIdPrefix: base.appIdPrefix,
    daprApiToken: base.daprApiToken,
  })
  return {
    verify, feeds: sockets.feeds, idempotency: stateIdempotency(dapr.state, clock),
    routes: gatewayRoutes({ dapr, services: serviceIds, status, hub: sockets.hub }),
    edge: [...edge({ publicUrl: base.publicUrl, origins, trustedProxies, budgets, table, verify }), proxy({ table, forward, sagaOwner }), pages(status)],
    letGo: sockets.letGo,
    stop: async () => {
      await sockets.stop()
      await sidecar.close()
    },
  }
}
