import { ingest as newIngest } from '../../services/analytics/events/ingest.ts'
import { rowOf } from '../../services/analytics/events/row.ts'
import { received } from '../../services/analytics/test/chdb.ts'
import type { Received } from '../../services/shared/kit/events/consumer/handler.ts'
import { withChdb } from '../chdb.ts'
import { inTurns, measure } from '../measure.ts'

const ROWS = 60_000
const PARTITIONS = 4
// What a consumer hands over at once at most.
const BATCH = 5_000

/** Events as the consumer gives them to the service, in order per partition. */
const eventSource = () => {
  const next = Array.from({ length: PARTITIONS }, () => 0)
  return (partition: number, count: number): Received[] => {
    const first = next[partition] ?? 0
    next[partition] = first + count
    return Array.from({ length: count }, (_, i) => ({ ...received(first + i), id: `o1/task/p${partition}t${first + i}:1#0`, partition }))
  }
}

export const ingest = measure({
  name: 'ingest', title: 'Events into ClickHouse', estimate: ({ rounds }) => 6 + rounds * 4,
  figures: {
    rows: {
      title: 'ClickHouse ingest, rows/s', unit: '/s',
      control: 'one bulk insert of the same 60,000 rows into the same table', goal: { ratioAtLeast: 0.4 }, better: 'more',
    },
  },
  run: world => withChdb(async db => {
    const take = newIngest(db)
    const [ours, strangers] = [eventSource(), eventSource()]
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const began = performance.now()
      await work()
      return ROWS / ((performance.now() - began) / 1000)
    }
    const each = ROWS / PARTITIONS
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)
    const turns = await inTurns(world.plan.rounds, {
      ours: async () => {
        const work = partitions.map(partition => Array.from({ length: each / BATCH }, () => ours(partition, BATCH)))
        return timed(() => Promise.all(work.map(async batches => { for (const batch of batches) await take(batch) })))
      },
      // Rows made beforehand, of another topic: the same table, but nothing that the service has to look for.
      bulk: async () => {
        const rows = partitions.flatMap(partition => strangers(partition, each)).map(event => ({ ...rowOf(event), topic: 'control-events' }))
        return timed(() => db.insert('events', rows))
      },
    }, world.say)
    return { figures: { rows: { ours: turns('ours'), control: turns('bulk') } } }
  }),
})
