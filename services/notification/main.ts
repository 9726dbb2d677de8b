import { z } from 'zod'
import { topics } from '../shared/contracts/topics.ts'
import { projectInternal } from '../shared/contracts/project/internal.ts'
import { userInternal } from '../shared/contracts/user/internal.ts'
import { secret } from '../shared/kit/config.ts'
import { consumer } from '../shared/kit/events/consumer/consumer.ts'
import { client } from '../shared/kit/http/client.ts'
import { mongoIdempotency } from '../shared/kit/http/idempotency/mongo-idempotency.ts'
import { connectMongo, mongodbUri } from '../shared/kit/mongo/connect.ts'
import { runService } from '../shared/kit/run.ts'
import { startService } from '../shared/kit/start.ts'
import { audience, insidersOf } from './inbox/audience.ts'
import { deliver } from './inbox/deliver.ts'
import { inbox } from './inbox/inbox.ts'
import { rememberedFacts } from './inbox/known.ts'
import { preferencesStore } from './inbox/preferences-store.ts'
import { erase } from './inbox/remove.ts'
import { show } from './inbox/push-live.ts'
import { directory } from './mail/directory.ts'
import { outbox as mailOutbox } from './mail/outbox.ts'
import { mailQueue } from './mail/queue.ts'
import { sender } from './mail/send.ts'
import { smtp } from './mail/smtp.ts'
import { routes } from './routes.ts'
import { mongoTables } from './store/rows.ts'
import { subscriptions } from './subscriptions.ts'

const service = await startService('notification', {
  mongodbUri, queueRedisUrl: secret(z.url(), 'queue-redis-url'), smtpUrl: secret(z.url(), 'smtp-url'),
  mailFrom: z.string().regex(/@/, 'must hold an address').default('CyberTask <no-reply@cybertask.example>'),
}, process.env)
const { config, base, dapr, clock, logger } = service
const db = await connectMongo(config.mongodbUri, 'notifications_db', { logger })
const tables = await mongoTables(db)
const preferences = preferencesStore(tables)
const [users, projects] = [client(userInternal, 'user', dapr), client(projectInternal, 'project', dapr)]
const [insiders, mailer] = [insidersOf({ members: tables.members, projects, users }), smtp(config.smtpUrl, config.mailFrom)]
const { send, lost } = sender({ mails: tables.mails, directory: directory(users), preferencesOf: preferences.of, insiders, smtp: mailer, clock, site: base })
const queue = mailQueue({ redisUrl: config.queueRedisUrl, prefix: `${base.appIdPrefix}mail`, work: send, lost, logger })
const outbox = mailOutbox({ mails: tables.mails, queue, clock, logger })
const tell = deliver({
  tables, known: rememberedFacts(tables), audience: audience(insiders), preferencesOf: preferences.of,
  push: outbox.push, show: show({ dapr, logger }), erase: person => erase(tables, preferences, person),
})
const idempotency = mongoIdempotency(db, clock)
queue.start()
outbox.start()
const events = consumer({ name: 'notification', topics, handlers: subscriptions(tell), db, dapr, clock, logger, paceMs: 100 })
service.metrics.gauge('mails_waiting', 'Mails that have not left yet', outbox.waiting)

await runService({
  ...service,
  routes: routes({ inbox: inbox(tables), preferences, tables, outbox, projects }),
  consumers: [events],
  checks: { mongo: db.ping, 'mail-queue': queue.ping, smtp: mailer.ping },
  idempotency,
  optional: ['mail-queue', 'smtp'],
  breakers: [db.breaker, queue.breaker, mailer.breaker],
  documents: { consumes: topics },
  onStop: [async () => { idempotency.stop() }, outbox.stop, queue.stop, async () => { mailer.close() }, () => db.close()],
})
