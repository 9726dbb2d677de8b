import type { Connection } from 'mongoose'
import type { Topic } from '../../../contracts/define.ts'
import { CloudEvent, feedApi } from '../../../contracts/feed.ts'
import { onceDone } from '../../batching/once-done.ts'
import type { Clock } from '../../clock.ts'
import type { Delivery, Subscriber } from '../../dapr/app-contract.ts'
import type { Dapr } from '../../dapr/dapr.ts'
import { client } from '../../http/client.ts'
import { repeatedly } from '../../repeatedly.ts'
import { deadLetterOperations, type DeadLetters } from './dead-letters.ts'
import { deliveries, type Work } from './delivery.ts'
import { partitionConsumer, type PartitionConsumer } from './partition-consumer.ts'
import { parking } from './parking.ts'
import type { Logger } from '../../observe/log.ts'
import { openStore } from '../store/open-store.ts'
import type { ConsumerStore } from '../store/store.ts'

export type ConsumerOptions = Work & {
  /** The consumer's name: its checkpoints and dead letters belong to it. */
  name: string
  topics: readonly Topic[]
  db: Connection | ConsumerStore
  dapr: Pick<Dapr, 'invoke'>
  clock: Clock
  logger: Logger
  /** How often producers are asked for what the broker lost. */
  pollMs?: number
  /** An operator who settles a dead letter is answered within this, ms (2,500); what takes longer goes on. */
  answerMs?: number
  /** While events keep coming, their deliveries follow each other no sooner than this, ms. */
  paceMs?: number
}
export type ConsumerGauges = { lag: number; parked: number; buffered: number }
export type Consumer = Subscriber & {
  readonly name: string
  start(): Promise<void>
  /** Finishes what is being handled. */
  stop(): Promise<void>
  /** Resolves when everything that the producers have said so far is handled. */
  caughtUp(): Promise<void>
  readonly deadLetters: DeadLetters
  gauges(): ConsumerGauges
}

/** Consumes topics in order per partition, whatever the broker loses, repeats or reorders. */
export const consumer = (options: ConsumerOptions): Consumer => {
  const { name, topics, dapr, clock, logger, pollMs = 5_000 } = options
  const store = openStore(options.db)
  const park = parking({ store, consumer: name, now: () => clock.now() })
  const { runHandlers, deliver } = deliveries({ name, store, parking: park, work: options, logger })
  const { resume, ...deadLetters } = deadLetterOperations({
    store, consumer: name, topics, parking: park, runHandlers, logger, ...(options.answerMs !== undefined && { answerMs: options.answerMs }),
  })
  const producers = new Map(topics.map(topic => [topic.name, client(feedApi(topic.name), topic.producer, dapr)]))
  const partitions = new Map<string, PartitionConsumer>()
  const prepared = onceDone(() => store.prepare())

  const headsOf = async (topic: Topic): Promise<number[]> => (await producers.get(topic.name)?.heads({}))?.heads ?? []
  const refresh = async (): Promise<void> => {
    // Those that cannot go on now wait for the next time, and keep nothing else waiting.
    for (const { topic, subject } of await park.refresh()) {
      await resume(topic, subject).catch((error: unknown) => {
        logger.warn({ error, consumer: name, topic, subject }, 'what waited behind a dead letter cannot go on yet')
      })
    }
  }
  const partitionOf = (topic: Topic, partition: number): PartitionConsumer => {
    const id = `${name}/${topic.name}/${partition}`
    const known = partitions.get(id)
    if (known) return known
    const made = partitionConsumer({
      id, store, logger, run: options.batch ? 5_000 : 200,
      feed: async (after, limit) => await producers.get(topic.name)?.feed({ query: { partition, after, limit } }) ?? { events: [], head: 0 },
      handle: events => deliver(topic, events),
      refresh,
    })
    partitions.set(id, made)
    return made
  }
  /** Asks the producers how far they are, and each partition to get there. */
  const poll = async (): Promise<void> => {
    await prepared()
    await refresh()
    await Promise.all(topics.map(async topic => {
      for (const [partition, head] of (await headsOf(topic)).entries()) partitionOf(topic, partition).reach(head)
    }))
  }
  const polls = repeatedly(
    () => poll().catch((error: unknown) => { logger.warn({ error, consumer: name }, 'a producer could not be asked what is new') }),
    // Processes that start together do not go on all at once.
    () => pollMs * (0.9 + Math.random() / 5),
  )

  return {
    name, topics, deadLetters, ...(options.paceMs !== undefined && { paceMs: options.paceMs }),
    start: async () => {
      await poll().catch((error: unknown) => { logger.info({ error, consumer: name }, 'producers are not there yet; events are taken as they come') })
      polls.start()
    },
    stop: async () => {
      polls.stop()
      await Promise.all([...partitions.values()].map(l => l.stop()))
    },
    deliver: async (given, topicName): Promise<Delivery> => {
      const topic = topics.find(t => t.name === topicName)
      const event = CloudEvent.safeParse(given)
      if (!topic || !event.success) {
        const reason = event.error?.issues.map(i => `${i.path.join('.')} ${i.message}`).join('; ') ?? `topic ${topicName} is not consumed here`
        const { id, organizationId } = await park.unreadable(topicName, given, reason)
        logger.error({ letter: id, topic: topicName, organizationId, reason }, 'what is no event became a dead letter')
        return 'SUCCESS'
      }
      return partitionOf(topic, event.data.partition).offer(event.data)
    },
    caughtUp: async () => {
      await poll()
      await Promise.all([...partitions.values()].map(l => l.idle()))
    },
    gauges: () => {
      const all = [...partitions.values()]
      return { lag: all.reduce((n, l) => n + l.lag(), 0), buffered: all.reduce((n, l) => n + l.buffered(), 0), parked: park.size() }
    },
  }
}
