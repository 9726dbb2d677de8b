import type { Middleware } from 'koa'
import { batchApi } from '../contracts/batch.ts'
import type { Breaker } from './breaker.ts'
import { appContract, type Subscriber } from './dapr/app-contract.ts'
import type { JobHandler } from './dapr/jobs.ts'
import { deadLetterRoutes } from './events/consumer/dead-letter-routes.ts'
import type { DeadLetters } from './events/consumer/dead-letters.ts'
import { chained, routed } from './http/server/app.ts'
import { tokenVerifier, type Verify } from './http/auth/auth.ts'
import { documentRoutes, type DocumentOptions } from './http/openapi/documents.ts'
import { batchRoutes } from './http/batch-routes.ts'
import { callerOf } from './http/auth/guard.ts'
import type { Check } from './http/server/health.ts'
import type { IdempotencyStore } from './http/idempotency/idempotency.ts'
import { keysThroughDapr } from './http/auth/key-ring.ts'
import { memoryIdempotency } from './http/idempotency/memory-idempotency.ts'
import { mount } from './http/mount.ts'
import type { Routes } from './http/serve.ts'
import { setOrganization } from './observe/context.ts'
import { showBreaker } from './observe/show-breaker.ts'
import type { SagaHost } from './sagas/host.ts'
import type { Started } from './start.ts'
import { stopOnSignal } from './stop.ts'
import { endsWithin } from './waiting.ts'

/** A predecessor is left waiting for so long, and looked at so often. */
const [WARM_MS, LOOK_MS] = [10_000, 50]

/** Something that works in the background from the moment the service is ready until it stops. */
export type Worker = { start(): Promise<void>; stop(): Promise<void> }

export type Service = Started & {
  routes: readonly Routes[]
  /** Started before the consumers, drained after the last request. */
  log?: Worker & {
    gauges?(): { lag: number; oldestMs: number }
    /** Not ready as long as this holds: another process answers better. */
    rebuilding?(): boolean
  }
  /** What makes first answers quick. A process that is to take over (`SUCCEEDS`) does it while its predecessor answers, until it is aborted. */
  warmUp?: (signal: AbortSignal) => Promise<unknown>
  /** What one of them cannot handle gets its routes here. */
  consumers?: readonly (Subscriber & Worker & { readonly deadLetters?: DeadLetters; gauges?(): { lag: number; parked: number } })[]
  sagas?: Pick<SagaHost, 'actor' | 'watch'>
  jobs?: readonly JobHandler[]
  /** Run for `/health/dependencies`; a throw means down. All are essential for being ready, except those in `optional`. */
  checks?: Readonly<Record<string, Check>>
  optional?: readonly string[]
  /** While one whose check is essential is open, operations are refused at once instead of waiting for it. One without a check is shown, and hinders nobody. */
  breakers?: readonly Breaker[]
  /**
   * Where first answers are kept: `mongoIdempotency(db, clock)` by the store's clock, or `stateIdempotency(dapr.state)` where there is no document store.
   * Else in memory, which ends with the process: for a service without a public POST.
   */
  idempotency?: IdempotencyStore
  /** Only where tokens are checked differently: the user service asks itself, the gateway knows ended sessions. */
  verify?: Verify
  /** What the documents describe beside the mounted routes: the gateway shows every service's operations. */
  documents?: Omit<DocumentOptions, 'name' | 'publicUrl' | 'routes'>
  /** The gateway: what every request goes through before the routes. */
  edge?: readonly Middleware[]
  /** Before the last requests are waited for: what would stay open until somebody closes it, such as sockets. */
  letGo?: readonly (() => Promise<unknown>)[]
  onStop?: readonly (() => Promise<unknown>)[]
}

/** Opens a started service for work, and stops it in order on SIGTERM or SIGINT. */
export const runService = async (service: Service): Promise<void> => {
  const { name, base, dapr, clock, logger, gate, health, consumers = [], sagas, jobs = [], log, checks = {}, optional = [], breakers = [] } = service
  for (const [check, run] of Object.entries(checks)) health.checks.set(check, run)
  for (const check of optional) health.optional.add(check)
  for (const breaker of breakers) showBreaker(service, breaker)
  watchEvents(service)

  const [letters, ...others] = consumers.flatMap(consumer => consumer.deadLetters ?? [])
  if (others.length) throw new Error('two consumers of one service keep dead letters, and only one of them could be seen')
  const batch = name === 'gateway' ? [] : batchRoutes({ server: service.server, appToken: base.appApiToken, appIdPrefix: base.appIdPrefix })
  const routes = [...service.routes.flat(), ...(letters ? deadLetterRoutes(letters) : []), ...batch]
  const essential = breakers.filter(({ name: part }) => part in checks && !optional.includes(part))
  const verify = service.verify ?? tokenVerifier({ issuer: base.publicUrl, keys: keysThroughDapr(dapr), clock })
  const api = mount(routes, {
    // Each request of a batch is admitted for itself.
    admit: operation => { if (operation !== batchApi.batch) for (const breaker of essential) breaker.check() },
    onUndocumentedRefusal: (operation, status, code) => { logger.error({ operation, status, code }, 'a refusal that the contract does not name') },
    clock, idempotency: service.idempotency ?? memoryIdempotency(), callerOf: ctx => callerOf(ctx, base.appIdPrefix),
    verify: async token => {
      const actor = await verify(token)
      setOrganization(actor.organizationId)
      return actor
    },
  })
  const contract = appContract({
    subscribers: consumers, actors: sagas ? [sagas.actor] : [], jobs,
    onError: (error, where) => { logger.error({ error, where }, 'a handler failed') },
  })
  const documents = documentRoutes({ name, publicUrl: base.publicUrl, routes, ...service.documents })

  await log?.start()
  if (log?.rebuilding?.()) health.checks.set('read-models', async () => !log.rebuilding?.())
  if (base.succeeds && service.warmUp) await warmedUp(service.warmUp, service)
  const unwatch = sagas?.watch()
  gate.open(chained(...(service.edge ?? []), routed(api, contract, documents)))
  logger.info({ operations: routes.length }, 'ready')
  await service.listening.join()

  stopOnSignal(service, { letGo: service.letGo ?? [], steps: [
    async () => { unwatch?.(); await Promise.all(consumers.map(consumer => consumer.stop())) },
    async () => { await log?.stop() },
    ...(service.onStop ?? []),
    () => dapr.close(),
    () => service.stopTracing(),
  ] })
  // Consumers ask their producers what they missed, and services that start together are each other's producers: so the routes are open by now.
  await Promise.all(consumers.map(consumer => consumer.start()))
}

/** As long as there is a predecessor that answers, and for some seconds at most. */
const warmedUp = async (warmUp: NonNullable<Service['warmUp']>, { listening, logger }: Pick<Service, 'listening' | 'logger'>): Promise<void> => {
  if (!await listening.isTaken()) return
  const late = new AbortController()
  const warming = warmUp(late.signal).catch((error: unknown) => { logger.warn({ error }, 'first answers will be slow') })
  for (const until = performance.now() + WARM_MS; performance.now() < until && await listening.isTaken();) if (await endsWithin(warming, LOOK_MS)) return
  late.abort()
  logger.info({ mostMs: WARM_MS }, 'nobody is kept waiting any longer until first answers are quick')
}

const watchEvents = ({ metrics, log, consumers = [] }: Service): void => {
  const sum = (field: 'lag' | 'parked') => () => consumers.reduce((total, consumer) => total + (consumer.gauges?.()[field] ?? 0), 0)
  metrics.gauge('event_log_lag', 'Commits that are not published yet', () => log?.gauges?.().lag ?? 0)
  metrics.gauge('event_log_oldest_ms', 'Age of the oldest of them', () => log?.gauges?.().oldestMs ?? 0)
  metrics.gauge('consumer_lag', 'Events that the consumers know of and have not handled', sum('lag'))
  metrics.gauge('consumer_parked', 'Aggregates that wait behind a dead letter, and what is no event at all', sum('parked'))
}
