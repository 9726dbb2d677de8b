import { z } from 'zod'
import { projectInternal } from '../shared/contracts/project/internal.ts'
import { topics } from '../shared/contracts/topics.ts'
import { httpUrl } from '../shared/kit/base-config.ts'
import { secret } from '../shared/kit/config.ts'
import { consumer } from '../shared/kit/events/consumer/consumer.ts'
import { client } from '../shared/kit/http/client.ts'
import { runService } from '../shared/kit/run.ts'
import { startService } from '../shared/kit/start.ts'
import { connectClickHouse } from './clickhouse/clickhouse.ts'
import { readLostAgain } from './clickhouse/lost-parts.ts'
import { migrate } from './clickhouse/migrate.ts'
import { countAll } from './dashboard/tallies.ts'
import { consumerStore } from './events/consumer-store.ts'
import { erasedPeople } from './events/erased.ts'
import { ingest } from './events/ingest.ts'
import { untilErased } from './events/until-erased.ts'
import { erasures } from './erasure.ts'
import { routes } from './routes.ts'

const service = await startService('analytics', {
  clickhouseUrl: secret(httpUrl.optional(), 'clickhouse-url'),
  analyticsData: z.string().min(1).default('.cybertask/data/analytics'),
}, process.env)
const { config, dapr, clock, logger } = service
// The embedded engine is in this process: it is opened again by whoever starts that again.
const startAgain = (error: unknown): void => { logger.error({ error }, 'a part of a table is broken; starting again, which mends it'); process.exit(1) }
const db = await (config.clickhouseUrl === undefined
  ? connectClickHouse({ folder: config.analyticsData }, { onBroken: startAgain })
  : connectClickHouse({ url: config.clickhouseUrl }))
const applied = await migrate(db)
if (applied.length) logger.info({ applied }, 'the schema is up to date')
const lost = await readLostAgain(db)
if (lost.length) logger.error({ lost }, 'rows were lost with parts that cannot be read; all events are read again, until then figures are too low')
// Events that came before there were tallies are counted once; later ones when somebody asks.
if (applied.includes('003-tallies.sql')) await countAll(db)

const erased = erasedPeople(db)
const erase = erasures(db, logger, erased)
const events = consumer({
  name: 'analytics', topics, batch: untilErased(ingest(db, erased), db, erase), db: consumerStore(db), dapr, clock, logger, paceMs: 300,
})

await runService({
  ...service,
  routes: routes({ db, projects: client(projectInternal, 'project', dapr), erase }),
  consumers: [events],
  checks: { clickhouse: db.ping },
  breakers: [db.breaker],
  documents: { consumes: topics },
  onStop: [db.close],
})
