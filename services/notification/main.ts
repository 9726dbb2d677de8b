import { z } from 'zod'
import { topics } from '../shared/contracts/topics.ts'
import { projectInternal } from '../shared/contracts/project/internal.ts'
import { userInternal } from '../shared/contracts/user/internal.ts'
import { secret } from '../shared/kit/config.ts'
import { consumer } from '../shared/kit/events/consumer/consumer.ts'
import { client } from '../shared/kit/http/client.ts'
import { mongoIdempotency } from '../shared/kit/http/idempotency/mongo-idempotency.ts'
import { connectMongo, mongodbUri } from '../shared/kit/mongo/connect.ts'
import { storeClock } from '../shared/kit/mongo/store-clock.ts'
import { runService } from '../shared/kit/run.ts'
import { startService } from '../shared/kit/start.ts'
import { assemble } from './compose.ts'
import { mailQueue } from './mail/queue.ts'
import { smtp } from './mail/smtp.ts'
import { mongoTables } from './store/rows.ts'

const service = await startService('notification', {
  mongodbUri, queueRedisUrl: secret(z.url({ protocol: /^rediss?$/, error: 'must begin with redis:// or rediss://' }), 'queue-redis-url'),
  smtpUrl: secret(z.url({ protocol: /^smtps?$/, error: 'must begin with smtp:// or smtps://' }), 'smtp-url'),
  mailFrom: z.string().regex(/@/, 'must hold an address').default('CyberTask <no-reply@cybertask.example>'),
}, process.env)
const { config, base, dapr, clock, logger } = service
const db = await connectMongo(config.mongodbUri, 'notifications_db', { logger })
const mailer = smtp(config.smtpUrl, config.mailFrom)
const { queue, outbox, handlers, routes } = assemble({
  tables: await mongoTables(db), users: client(userInternal, 'user', dapr), projects: client(projectInternal, 'project', dapr),
  dapr, clock, logger, mailer, site: base,
  queueFor: mails => mailQueue({ redisUrl: config.queueRedisUrl, prefix: `${base.appIdPrefix}mail`, ...mails, logger }),
})
queue.start()
outbox.start()
const events = consumer({ name: 'notification', topics, handlers, db, dapr, clock, logger, paceMs: 100 })
service.metrics.gauge('mails_waiting', 'Mails that have not left yet', outbox.waiting)

await runService({
  ...service, routes,
  consumers: [events],
  checks: { mongo: db.ping, 'mail-queue': queue.ping, smtp: mailer.ping },
  idempotency: mongoIdempotency(db, await storeClock(db.getClient(), clock)),
  optional: ['mail-queue', 'smtp'],
  breakers: [db.breaker, queue.breaker, mailer.breaker],
  documents: { consumes: topics },
  onStop: [outbox.stop, queue.stop, async () => { mailer.close() }, () => db.close()],
})
