import { ProjectDeleted, projectEvents } from '../services/shared/contracts/project/events.ts'
import { systemClock } from '../services/shared/kit/clock.ts'
import type { Dapr } from '../services/shared/kit/dapr/dapr.ts'
import { aggregate } from '../services/shared/kit/events/log/aggregate.ts'
import { openLog, type LogOptions } from '../services/shared/kit/events/log/open-log.ts'
import { uuidv7 } from '../services/shared/kit/ids.ts'
import { silentLogger } from '../services/shared/kit/observe/log.ts'

export type Counted = { type: 'Counted'; note: string }
const note = 'x'.repeat(200)

type Needs = { db: LogOptions<Counted, typeof projectEvents>['db']; publishBulk?: Dapr['publishBulk'] }

/** The kit's own log with the smallest aggregate there is: what is measured is the log, not a domain. Its broker takes everything unless told otherwise. */
export const counterLog = ({ db, publishBulk = async () => [] }: Needs) => {
  const log = openLog<Counted, typeof projectEvents>({
    db, service: 'project', topic: projectEvents, dapr: { publishBulk }, clock: systemClock, logger: silentLogger,
    toPublic: ({ aggregateId }) => [{ type: ProjectDeleted.type, data: { projectId: aggregateId } }],
  })
  const counters = aggregate<number, { note: string }, Counted, Counted>({
    name: 'counter', log,
    decider: { initial: 0, decide: (_, command) => [{ type: 'Counted', note: command.note }], evolve: n => n + 1 },
    cacheSize: 50_000,
  })
  const count = (id: string): Promise<unknown> =>
    counters.handle('org', id, { note }, { actor: 'u', at: systemClock.now(), correlationId: 'k', causationId: null, commandId: uuidv7() })
  return { log, counters, count }
}
