import { topics } from '../../shared/contracts/topics.ts'
import type { Dapr } from '../../shared/kit/dapr/dapr.ts'
import type { Delivery, Subscriber } from '../../shared/kit/dapr/app-contract.ts'
import { CloudEvent, feedApi } from '../../shared/contracts/feed.ts'
import { client } from '../../shared/kit/http/client.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import { follower, type Follower } from './follower.ts'

/** Last positions handed on, by `<topic>/<partition>`. */
export type Positions = Readonly<Record<string, number>>
export type FeedsOptions = { dapr: Pick<Dapr, 'invoke'>; logger: Logger; positions: Positions; hand: (event: CloudEvent) => void; pollMs?: number }
export type Feeds = Subscriber & { start(): Promise<void>; stop(): Promise<void>; positions(): Record<string, number>; waiting(): number }

const SOON_MS = 100

/** Every topic of the platform, each partition in order. What the broker loses comes from the producers' feeds. */
export const feeds = ({ dapr, logger, positions, hand, pollMs = 5_000 }: FeedsOptions): Feeds => {
  const followers = new Map<string, Follower>()
  const producers = new Map(topics.map(t => [t.name, client(feedApi, t.producer, dapr)]))
  let timer: NodeJS.Timeout | undefined

  const of = (topic: string, partition: number, at: number | undefined): Follower => {
    const key = `${topic}/${partition}`
    const known = followers.get(key)
    if (known) return known
    const made = follower({
      at: positions[key] ?? at, hand,
      feed: async after => await producers.get(topic)?.feed({ query: { partition, after, limit: 500 } }) ?? { events: [], head: 0 },
    })
    followers.set(key, made)
    return made
  }
  /** Of a topic that has not answered yet nobody knows where it ends; what happens before it is asked is told to nobody. So it is asked again soon. */
  const unknown = new Map(producers)
  let polledAt = -Infinity
  /** Partitions that are new here begin at their end; the others fetch what is missing. */
  const poll = async (): Promise<void> => {
    const all = performance.now() - polledAt >= pollMs
    if (all) polledAt = performance.now()
    await Promise.all([...(all ? producers : unknown)].map(async ([topic, producer]) => {
      try {
        const { heads } = await producer.heads({})
        const partitions = heads.map((head, partition) => ({ head, one: of(topic, partition, head - 1) }))
        unknown.delete(topic)
        await Promise.all(partitions.map(async ({ head, one }) => { if ((one.at ?? -1) < head - 1) await one.catchUp() }))
      } catch (error) {
        logger.debug({ topic, error }, 'the producer of a topic could not be asked')
      }
    }))
  }
  const again = (): void => { timer = setTimeout(() => { void poll().finally(again) }, unknown.size > 0 ? Math.min(SOON_MS, pollMs) : pollMs).unref() }
  return {
    topics,
    // People watch these.
    gatherMs: 4, paceMs: 25,
    deliver: async (given, topic): Promise<Delivery> => {
      const event = CloudEvent.safeParse(given)
      if (!event.success || !producers.has(topic)) {
        logger.warn({ topic, issues: event.error?.issues.slice(0, 3) }, 'an event that is none was dropped')
        return 'DROP'
      }
      // Handing on cannot fail and needs no store, so the broker may forget the event at once.
      of(topic, event.data.partition, undefined).take(event.data)
      return 'SUCCESS'
    },
    start: async () => { void poll().finally(again) },
    stop: async () => { clearTimeout(timer) },
    positions: () => ({ ...positions, ...Object.fromEntries([...followers].flatMap(([key, { at }]) => (at === undefined ? [] : [[key, at]]))) }),
    waiting: () => [...followers.values()].reduce((sum, f) => sum + f.waiting, 0),
  }
}
