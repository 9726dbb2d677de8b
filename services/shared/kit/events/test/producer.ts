import type { ServiceId } from '../../../contracts/define.ts'
import { memoryDapr } from '../../dapr/memory-dapr.ts'
import type { EventLog } from '../log/event-log.ts'
import { logOf } from './log-of.ts'
import { parcelOn, send } from './parcel.ts'

/** Serves the feed of a log to those who invoke its service. */
export const answerFeed = (dapr: ReturnType<typeof memoryDapr>, app: ServiceId, log: Pick<EventLog, 'feed' | 'heads'>): void => {
  dapr.answer(app, async ({ path, query = {} }) => {
    const body = path === '/internal/feed/heads' ? { heads: await log.heads() } : await log.feed(Number(query['partition']), Number(query['after']), Number(query['limit']))
    return { status: 200, headers: {}, body }
  })
}

/** TEST PRODUCER with so many events for each subject, and a sidecar that reaches its feed. */
export const producer = async (subjects: readonly string[], { partitions = 2 } = {}) => {
  const made = logOf({ partitions })
  const parcels = parcelOn(made.log)
  for (const [i, id] of subjects.entries()) await parcels.handle('org', id, { type: i % 5 === 4 ? 'lose' : 'send' }, send(`c${i}`))
  await made.log.settled()
  const dapr = memoryDapr()
  answerFeed(dapr, 'project', made.log)
  return { ...made, parcels, sidecar: dapr, events: made.published() }
}
