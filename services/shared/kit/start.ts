import type { Server } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import Router from '@koa/router'
import type { Middleware } from 'koa'
import type { AppId } from '../contracts/define.ts'
import type { BaseConfig } from './base-config.ts'
import { clockOff, systemClock, type Clock } from './clock.ts'
import { ConfigError, loadConfig, type ConfigOf, type Spec } from './config.ts'
import { connectDapr } from './dapr/connect.ts'
import type { Dapr } from './dapr/dapr.ts'
import { earlyConfig } from './early-config.ts'
import { armFaults, withFaultPoints } from './fault-points.ts'
import { createApp, routed } from './http/server/app.ts'
import { gate as newGate, type Gate } from './http/server/gate.ts'
import { callerOf, guard } from './http/auth/guard.ts'
import { healthRoutes } from './http/server/health.ts'
import { listen, type Listening } from './http/server/listen.ts'
import { memoryIdempotency } from './http/idempotency/memory-idempotency.ts'
import { mount } from './http/mount.ts'
import { uuidv7 } from './ids.ts'
import { createLogger, type Logger } from './observe/log.ts'
import { createMetrics, type Metrics } from './observe/metrics.ts'
import { showBreaker, type HealthParts } from './observe/show-breaker.ts'
import { recordSpans } from './observe/trace.ts'

/** A process that listens already (not ready yet), has its configuration, and can talk to its sidecar. */
export type Started<C = unknown> = {
  name: AppId
  config: C
  base: BaseConfig
  dapr: Dapr
  clock: Clock
  logger: Logger
  metrics: Metrics
  instanceId: string
  gate: Gate
  listening: Listening
  server: Server
  stopTracing(): Promise<void>
  health: HealthParts
}

/**
 * V8 would make objects old from the start where it believes that they will live long. It errs with what a request leaves behind:
 * whatever such an object points to then stays until the next full collection, and the small collections take ten times as long.
 */
const keepYoung = '--no-allocation-site-pretenuring'

export type Env = Readonly<Record<string, string | undefined>>

/**
 * Opens the port, reads the configuration from the environment and the sidecar's secrets (it waits for the sidecar), and hands over what `runService` needs.
 * Ends the process with 78 and a readable list when the configuration is wrong. `edge` is for the gateway, which people reach without a sidecar.
 */
export const startService = async <const S extends Spec>(
  name: AppId, spec: S, env: Env, { edge = false }: { edge?: boolean } = {},
): Promise<Started<ConfigOf<S>>> => {
  setFlagsFromString(keepYoung)
  const base = await orExit(() => earlyConfig(spec, env))
  const instanceId = base.instanceId ?? `${name}-${uuidv7().slice(-12)}`
  const { clockOffsetMs } = armFaults(env['FAULTS'], name)
  const logger = createLogger({ service: name, instanceId, level: base.logLevel })
  const metrics = createMetrics(name)
  const stopTracing = await startTracing(base, name, instanceId)
  const gate = newGate()
  const health: HealthParts = { checks: new Map(), optional: new Set(), breakers: new Map() }
  const dapr = withFaultPoints('dapr', connectDapr({
    port: base.daprHttpPort, apiToken: base.daprApiToken, appIdPrefix: base.appIdPrefix, onCircuit: circuit => { showBreaker({ health, metrics }, circuit) },
  }))
  health.checks.set('dapr', () => dapr.healthy())

  const inner = mount(healthRoutes({ service: name, instanceId, gate, logger, ...health }), {
    clock: systemClock, verify: noOne, idempotency: memoryIdempotency(), callerOf: ctx => callerOf(ctx, base.appIdPrefix),
  })
  const aboutItself = routed(inner, metricsRouter(metrics))
  // Looked for by path first: what the service is there for need not pass two routers more.
  const atItsPaths: Middleware = (ctx, next) => (ctx.path.startsWith('/health/') || ctx.path === '/metrics' ? aboutItself(ctx, next) : next())
  const app = createApp({ logger, metrics }, [guard({ appToken: base.appApiToken, edge }), atItsPaths, gate.handler])
  const listening = await listen(app, base.appPort, undefined, { edge, succeeds: base.succeeds })
    .catch((error: unknown) => exitWith(logger, error, `port ${base.appPort} cannot be opened`))
  logger.info({ port: listening.port, node: process.version }, 'listening, not ready yet')

  const config = await orExit(() => loadConfig(spec, env, dapr))
  const clock = clockOff(clockOffsetMs)
  return { name, config, base, dapr, clock, logger, metrics, instanceId, gate, listening, server: listening.server, health, stopTracing }
}

const noOne = async (): Promise<never> => { throw new Error('no operation here takes a user') }

const startTracing = async ({ otelExporterOtlpEndpoint: endpoint }: BaseConfig, service: string, instanceId: string): Promise<() => Promise<void>> => {
  if (endpoint === undefined) return async () => {}
  const { otlpSpans } = await import('./observe/exporter.ts')
  const spans = otlpSpans({ endpoint, service, instanceId })
  recordSpans(spans)
  return () => spans.stop()
}

const metricsRouter = ({ registry }: Metrics): Router => {
  const router = new Router()
  router.get('/metrics', async ctx => {
    ctx.body = await registry.metrics()
    ctx.type = registry.contentType
  })
  return router
}

const exitWith = (logger: Logger, error: unknown, message: string): never => {
  logger.error({ error }, message)
  process.exit(1)
}

/** Exit code 78 (EX_CONFIG) tells a supervisor that starting again will not help; 75 (EX_TEMPFAIL) that it may. */
export const orExit = async <T>(load: () => Promise<T>): Promise<T> => {
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(error.temporary ? 75 : 78)
  }
}
