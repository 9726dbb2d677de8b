import { feedApi } from '../../../contracts/feed.ts'
import { Refused } from '../../decider.ts'
import { serve, type Routes } from '../../http/serve.ts'
import type { EventLog } from '../log/event-log.ts'

/** The routes with which a producer gives its public events again, to those who follow its topic. */
export const feedRoutes = (log: Pick<EventLog, 'topic' | 'feed' | 'heads' | 'partitions'>): Routes =>
  serve(feedApi(log.topic), {
    feed: async ({ query: { partition, after, limit } }) => {
      if (partition >= log.partitions) throw new Refused('missing', 'partition-unknown', `There are ${log.partitions} partitions.`)
      return { body: await log.feed(partition, after, limit) }
    },
    heads: async () => ({ body: { heads: await log.heads() } }),
  })
