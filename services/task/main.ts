import { projectEvents } from '../shared/contracts/project/events.ts'
import { taskEvents } from '../shared/contracts/task/events.ts'
import { job } from '../shared/kit/dapr/jobs.ts'
import { feedRoutes } from '../shared/kit/events/relay/feed.ts'
import { mongoIdempotency } from '../shared/kit/http/idempotency/mongo-idempotency.ts'
import { connectMongo, mongodbUri } from '../shared/kit/mongo/connect.ts'
import { storeClock } from '../shared/kit/mongo/store-clock.ts'
import { runService } from '../shared/kit/run.ts'
import { startService } from '../shared/kit/start.ts'
import { taskChanges } from './commands/change-task.ts'
import { taskDeps } from './compose.ts'
import { overdueJobs, watchDueDates } from './overdue.ts'
import { reactions } from './reactions.ts'
import { taskRoutes } from './routes.ts'
import { projectConsumer } from './subscriptions.ts'

const service = await startService('task', { mongodbUri }, process.env)
const { config, dapr, clock, logger, instanceId } = service
const db = await connectMongo(config.mongodbUri, 'tasks_db', { logger })

const deps = taskDeps({ db, dapr, clock, logger, instanceId })
const changes = taskChanges(deps)
const overdue = overdueJobs(deps)
reactions(deps, changes, overdue)
const consumer = projectConsumer(deps, overdue, { db, dapr, clock, logger })

await runService({
  ...service,
  log: deps.log,
  routes: [...taskRoutes(deps, changes), feedRoutes(deps.log)],
  warmUp: deps.readAhead,
  consumers: [consumer],
  // One job for each second in which a task becomes due; the path's parameter stands for the second.
  jobs: [job('overdue-:slot', overdue.run), job('due-dates-daily', overdue.recover)],
  checks: { mongo: () => db.ping() },
  breakers: [db.breaker],
  idempotency: mongoIdempotency(db, await storeClock(db.getClient(), clock)),
  documents: { publishes: [taskEvents], consumes: [projectEvents] },
  onStop: [() => db.close()],
})

await watchDueDates(overdue, { dapr, logger })
