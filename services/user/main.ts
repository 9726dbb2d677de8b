import { z } from 'zod'
import { userEvents } from '../shared/contracts/user/events.ts'
import { secret } from '../shared/kit/config.ts'
import { job } from '../shared/kit/dapr/jobs.ts'
import { keepScheduled } from '../shared/kit/dapr/keep-scheduled.ts'
import { feedRoutes } from '../shared/kit/events/relay/feed.ts'
import { openLog } from '../shared/kit/events/log/open-log.ts'
import { mongoIdempotency } from '../shared/kit/http/idempotency/mongo-idempotency.ts'
import { connectMongo, mongodbUri } from '../shared/kit/mongo/connect.ts'
import { runService } from '../shared/kit/run.ts'
import { sagaHost } from '../shared/kit/sagas/host.ts'
import { sagaRoutes } from '../shared/kit/sagas/saga-routes.ts'
import { orExit, startService } from '../shared/kit/start.ts'
import { storeClock } from '../shared/kit/mongo/store-clock.ts'
import { assemble, sagasOf } from './compose.ts'
import { costOf, costSpec } from './identity/hashing/cost.ts'
import { sealedIdempotency } from './identity/sealed-idempotency.ts'
import { providers } from './oauth/providers.ts'
import { ProviderSetting } from './oauth/settings.ts'
import { peers } from './peers.ts'
import { toPublic, type UserEvent } from './publish.ts'
import { reactions } from './reactions.ts'
import { userRoutes } from './routes.ts'
import { openTables } from './store/tables.ts'

const service = await startService('user', {
  mongodbUri,
  tokenKey: secret(z.string().min(32, 'must have 32 characters or more'), 'token-key'),
  oauthProviders: secret(ProviderSetting, 'oauth-providers'),
  keyRotationDays: z.coerce.number().int().min(1).max(365).default(30),
  ...costSpec,
}, process.env)
const { config, base, base: { publicUrl }, dapr, clock, logger, instanceId } = service

const db = await connectMongo(config.mongodbUri, 'users_db', { logger })
const [tables, clients, sharedClock] = [await openTables(db), peers(dapr), await storeClock(db.getClient(), clock)]
const log = openLog<UserEvent, typeof userEvents>({ db, service: 'user', topic: userEvents, toPublic, dapr, clock, logger, instanceId })
const oauth = providers(config.oauthProviders, { publicUrl, report: failure => { logger.warn(failure, 'a sign-in by another provider failed') } })
const deps = assemble({
  log, tables, dapr, clock, notification: clients.notification, tokenKey: config.tokenKey, publicUrl, providers: oauth,
  settings: { https: publicUrl.startsWith('https:'), evenMs: 250 }, hashCost: costOf(config),
})
const sagas = sagaHost({
  ...sagasOf(deps), dapr, db, clients, clock: sharedClock, logger, secret: base.appApiToken,
})
reactions(log, deps, sagas)
service.metrics.gauge('password_comparisons', 'Passwords that were really compared since the start', () => deps.passwords.compared)
// A key that can sign is made before the first request; it cannot be opened by another token-key than that of the data.
await orExit(() => deps.signing.current())

await runService({
  ...service, log, sagas, verify: deps.verify,
  routes: [...userRoutes(deps), sagaRoutes(sagas), feedRoutes(log)], idempotency: sealedIdempotency(mongoIdempotency(db, sharedClock), deps.keys),
  documents: { publishes: [userEvents] }, checks: { mongo: () => db.ping() }, breakers: [db.breaker, ...oauth.breakers],
  jobs: [job('user-daily', async () => { await Promise.all([deps.signing.rotate(config.keyRotationDays), deps.sessions.tidy(clock.now())]) })],
  onStop: [() => db.close()],
})
await keepScheduled(dapr.jobs, 'user-daily', '@daily', logger)
