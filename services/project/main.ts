import { z } from 'zod'
import { notificationInternal } from '../shared/contracts/notification/internal.ts'
import { projectEvents } from '../shared/contracts/project/events.ts'
import { taskApi } from '../shared/contracts/task/http.ts'
import { taskInternal } from '../shared/contracts/task/internal.ts'
import { userInternal } from '../shared/contracts/user/internal.ts'
import { openLog } from '../shared/kit/events/log/open-log.ts'
import { client } from '../shared/kit/http/client.ts'
import { mongoIdempotency } from '../shared/kit/http/idempotency/mongo-idempotency.ts'
import { connectMongo, mongodbUri } from '../shared/kit/mongo/connect.ts'
import { runService } from '../shared/kit/run.ts'
import { sagaHost } from '../shared/kit/sagas/host.ts'
import { startService } from '../shared/kit/start.ts'
import { storeClock } from '../shared/kit/mongo/store-clock.ts'
import { publicEvents, type StoredEvent } from './publish.ts'
import { deleteProject } from './sagas/delete-project.ts'
import { projectFromTemplate } from './sagas/project-from-template.ts'
import { projectService } from './compose.ts'

const service = await startService('project', {
  mongodbUri,
  projectRestoreSeconds: z.coerce.number().int().min(1).max(2_592_000).default(2_592_000),
}, process.env)
const { config, base, dapr, clock, logger, instanceId } = service

const db = await connectMongo(config.mongodbUri, 'projects_db', { logger })
const sharedClock = await storeClock(db.getClient(), clock)
const log = openLog<StoredEvent, typeof projectEvents>({
  db, service: 'project', topic: projectEvents, toPublic: publicEvents, dapr, clock, logger, instanceId,
})
const clients = { task: client(taskInternal, 'task', dapr), notification: client(notificationInternal, 'notification', dapr) }
const { routes, sagas } = projectService({
  log, clock, restorableFor: `PT${config.projectRestoreSeconds}S`,
  peers: { user: client(userInternal, 'user', dapr), task: client(taskApi, 'task', dapr) },
  host: commands => sagaHost({
    actorType: 'ProjectSaga', sagas: [projectFromTemplate, deleteProject], dapr, db, clients, commands,
    clock: sharedClock, logger, secret: base.appApiToken,
  }),
})

await runService({
  ...service, log, sagas, routes,
  checks: { mongo: () => db.ping() },
  breakers: [db.breaker],
  idempotency: mongoIdempotency(db, sharedClock),
  documents: { publishes: [projectEvents] },
  onStop: [() => db.close()],
})
