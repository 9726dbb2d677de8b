import { topics } from '../../shared/contracts/topics.ts'
import type { Dapr } from '../../shared/kit/dapr/dapr.ts'
import type { Delivery, Subscriber } from '../../shared/kit/dapr/app-contract.ts'
import { CloudEvent, feedApi } from '../../shared/contracts/feed.ts'
import { client } from '../../shared/kit/http/client.ts'
import type { Logger } from '../../shared/kit/observe/log.ts'
import { repeatedly } from '../../shared/kit/repeatedly.ts'
import { follower, type Follower } from './follower.ts'

/** Last positions handed on, by `<topic>/<partition>`. */
export type Positions = Readonly<Record<string, number>>
export type FeedsOptions = { dapr: Pick<Dapr, 'invoke'>; logger: Logger; positions: Positions; hand: (event: CloudEvent) => void; pollMs?: number }
export type Feeds = Subscriber & {
  start(): Promise<void>
  stop(): Promise<void>
  positions(): Record<string, number>
  waiting(): number
  /** `lag`: what the producers have told, when they were last asked, and nobody here has handed on. */
  gauges(): { lag: number; parked: number }
}

/** How soon a producer that has not answered yet is asked again: at first, and as long as it stays away. */
const SOON_MS = { first: 100, most: 1_000 }

/** Every topic of the platform, each partition in order. What the broker loses comes from the producers' feeds. */
export const feeds = ({ dapr, logger, positions, hand, pollMs = 5_000 }: FeedsOptions): Feeds => {
  const followers = new Map<string, Follower>()
  const ends = new Map<string, number>()
  const producers = new Map(topics.map(t => [t.name, client(feedApi(t.name), t.producer, dapr)]))

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
  /** Last positions handed on, those of partitions that have not been heard of yet included. */
  const reached = (): Record<string, number> => {
    const followed = [...followers].flatMap(([key, { at }]) => (at === undefined ? [] : [[key, at]]))
    return { ...positions, ...Object.fromEntries(followed) }
  }

  /** Partitions that are new here begin at their end; the others fetch what is missing. */
  const meet = async (topic: string, heads: readonly number[], before: Positions): Promise<void> => {
    const partitions = heads.map((head, partition) =>
      ({ partition, head, one: of(topic, partition, head - 1), handedOn: before[`${topic}/${partition}`] ?? -1 }))
    await Promise.all(partitions.map(async ({ partition, head, one, handedOn }) => {
      ends.set(`${topic}/${partition}`, head)
      if (head - 1 < handedOn) {
        logger.error({ topic, partition, handedOn, head }, 'the log of the producer begins anew; going on from its end')
        one.rewind(head)
      } else if ((one.at ?? -1) < head - 1) await one.catchUp()
    }))
  }
  // Each topic on its own: a producer that hangs, or has much to tell, keeps no other one waiting.
  const polls = [...producers].map(([topic, producer]) => {
    /** Where a topic ends nobody knows before the first answer; what happens until then is told to nobody. So it is asked again soon. */
    let known = false
    let soonMs = SOON_MS.first
    const waitMs = (): number => {
      if (known) return pollMs
      const ms = Math.min(soonMs, pollMs)
      soonMs = Math.min(soonMs * 2, SOON_MS.most)
      return ms
    }
    const poll = async (): Promise<void> => {
      // Meanwhile events come: only who was further before the producer answered is ahead of its log.
      const before = reached()
      try {
        const { heads } = await producer.heads({})
        known = true
        await meet(topic, heads, before)
      } catch (error) {
        logger.debug({ topic, error }, 'the producer of a topic could not be asked')
      }
    }
    const again = repeatedly(poll, waitMs)
    return { start: () => { void poll().finally(again.start) }, stop: again.stop }
  })
  return {
    topics,
    // People watch these.
    gatherMs: 4, paceMs: 25,
    deliver: async (given, topic): Promise<Delivery> => {
      const event = CloudEvent.safeParse(given)
      if (!event.success || !producers.has(topic)) {
        logger.warn({ topic, issues: event.error?.issues.slice(0, 3) }, 'an event that is none was dropped')
        return 'SUCCESS'
      }
      // Handing on cannot fail and needs no store, so the broker may forget the event at once.
      of(topic, event.data.partition, undefined).take(event.data)
      return 'SUCCESS'
    },
    start: async () => { for (const one of polls) one.start() },
    stop: async () => { for (const one of polls) one.stop() },
    positions: reached,
    waiting: () => [...followers.values()].reduce((sum, f) => sum + f.waiting, 0),
    gauges: () => ({
      lag: [...followers].reduce((sum, [key, { at = -1, waiting }]) => sum + Math.max(waiting, (ends.get(key) ?? 0) - 1 - at), 0),
      parked: 0,
    }),
  }
}
