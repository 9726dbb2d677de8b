import { z } from 'zod'
import { aiEvents } from '../shared/contracts/ai/events.ts'
import { projectInternal } from '../shared/contracts/project/internal.ts'
import { taskApi } from '../shared/contracts/task/http.ts'
import { userApi } from '../shared/contracts/user/http.ts'
import { userInternal } from '../shared/contracts/user/internal.ts'
import { httpUrl } from '../shared/kit/base-config.ts'
import { secret } from '../shared/kit/config.ts'
import { aggregate } from '../shared/kit/events/log/aggregate.ts'
import { feedRoutes } from '../shared/kit/events/relay/feed.ts'
import { openLog } from '../shared/kit/events/log/open-log.ts'
import { client } from '../shared/kit/http/client.ts'
import { mongoIdempotency } from '../shared/kit/http/idempotency/mongo-idempotency.ts'
import { connectMongo, mongodbUri } from '../shared/kit/mongo/connect.ts'
import { storeClock } from '../shared/kit/mongo/store-clock.ts'
import { runService } from '../shared/kit/run.ts'
import { startService } from '../shared/kit/start.ts'
import { analysis, type AnalysisEvent } from './domain/analysis.ts'
import { mongoBudget } from './engine/budget.ts'
import { claudeReader, withFallback } from './engine/claude.ts'
import { localReader } from './engine/local.ts'
import { toPublic } from './publish.ts'
import { routes } from './routes.ts'

const service = await startService('ai', {
  mongodbUri, anthropicApiKey: secret(z.string().min(1).optional(), 'anthropic-api-key'), anthropicBaseUrl: secret(httpUrl.optional(), 'anthropic-base-url'),
  anthropicModel: z.string().min(1).default('claude-haiku-5-5'), aiTokensPerDay: z.coerce.number().int().min(0).default(200_000),
}, process.env)
const { config, dapr, clock, logger, instanceId } = service
const db = await connectMongo(config.mongodbUri, 'ai_db', { logger })
const log = openLog<AnalysisEvent, typeof aiEvents>({
  db, service: 'ai', topic: aiEvents, dapr, clock, logger, instanceId, toPublic: commit => commit.events.map(event => toPublic(commit.aggregateId, event)),
})
const claude = config.anthropicApiKey === undefined ? undefined : claudeReader({
  apiKey: config.anthropicApiKey, baseUrl: config.anthropicBaseUrl, model: config.anthropicModel,
  budget: mongoBudget(db, config.aiTokensPerDay),
})
const read = claude ? withFallback(claude.read, localReader, error => { logger.warn({ error }, 'Claude was not used') }) : localReader

await runService({
  ...service, log,
  routes: [...routes({
    read, analyses: aggregate({ name: 'analysis', log, decider: analysis }), projects: client(projectInternal, 'project', dapr),
    names: client(userInternal, 'user', dapr), users: client(userApi, 'user', dapr), tasks: client(taskApi, 'task', dapr),
  }), feedRoutes(log)],
  checks: { mongo: () => db.ping() },
  breakers: [db.breaker, ...claude ? [claude.breaker] : []],
  idempotency: mongoIdempotency(db, await storeClock(db.getClient(), clock)),
  documents: { publishes: [aiEvents] },
  onStop: [() => db.close()],
})
