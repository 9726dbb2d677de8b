import type { Topic } from '../../../contracts/define.ts'
import type { CloudEvent } from '../../../contracts/feed.ts'
import { attempts } from './attempts.ts'
import { envelopeOf, inEvent, inEventSpan, receivedOf, type Handler, type Received } from './handler.ts'
import type { Logger } from '../../observe/log.ts'
import { inWork } from '../../observe/trace.ts'
import type { Parking } from './parking.ts'
import type { ConsumerStore } from '../store/store.ts'

/** So many aggregates of a partition are handled at a time. */
const SIDE_BY_SIDE = 64

export type Work = { handlers: readonly Handler[]; batch?: undefined } | { batch: (events: readonly Received[]) => Promise<void>; handlers?: undefined }
/** `name` is the consumer's: its spans are called by it. */
export type DeliveryOptions = { name: string; store: Pick<ConsumerStore, 'isTransient'>; parking: Parking; work: Work; logger: Logger }

/** Hands events of a topic to the handlers: in order per aggregate, several aggregates side by side. What keeps failing is parked; a throw is an outage. */
export const deliveries = ({ name, store, parking, work, logger }: DeliveryOptions) => {
  const isTransient = (error: unknown): boolean => store.isTransient(error)
  const runHandlers = async (topic: Topic, event: CloudEvent): Promise<void> => {
    const { batch } = work
    if (batch) return inEventSpan(name, event, async () => batch([receivedOf(event, topic)]))
    const interested = work.handlers.filter(h => h.type === event.type)
    if (interested.length === 0) return
    await inEventSpan(name, event, async () => { for (const { run, version } of interested) await run(envelopeOf(event, topic, version)) })
  }
  const handleOne = async (topic: Topic, event: CloudEvent): Promise<void> => {
    if (parking.has(topic.name, event.subject) && await parking.queue(topic.name, event)) return
    const failure = await attempts(() => runHandlers(topic, event), isTransient)
    if (!failure) return
    inEvent(event, () => { logger.error({ event: event.id, type: event.type, reason: failure.reason }, 'an event became a dead letter') })
    await parking.fail(topic.name, event, failure.reason, failure.tries)
  }
  const handleInOrder = async (topic: Topic, events: readonly CloudEvent[]): Promise<void> => { for (const event of events) await handleOne(topic, event) }

  const handlePerAggregate = async (topic: Topic, events: readonly CloudEvent[]): Promise<void> => {
    const aggregates = Map.groupBy(events, e => e.subject)
    const queues = aggregates.values()
    let away = false
    const work = async (): Promise<void> => {
      try {
        for (const queue of queues) for (const event of queue) if (!away) await handleOne(topic, event)
      } catch (error) {
        away = true
        throw error
      }
    }
    // In an outage those under way come to rest first: when all of it comes again, nothing of it is still being handled.
    const workers = Array.from({ length: Math.min(SIDE_BY_SIDE, aggregates.size) }, work)
    const outage = (await Promise.allSettled(workers)).find(result => result.status === 'rejected')
    if (outage) throw outage.reason
  }
  /** What nobody can read, and what waits behind it or behind a dead letter, goes by itself after the others: they need not wait for it. */
  const handleAsBatch = async (topic: Topic, events: readonly CloudEvent[], batch: (events: readonly Received[]) => Promise<void>): Promise<void> => {
    const [well, aside, late] = [new Map<CloudEvent, Received>(), new Set<string>(), [] as CloudEvent[]]
    for (const event of events) {
      const received = aside.has(event.subject) || parking.has(topic.name, event.subject) ? undefined : readable(event, topic)
      if (received) well.set(event, received)
      else { aside.add(event.subject); late.push(event) }
    }
    await handleHalves(topic, well, batch)
    await handleInOrder(topic, late)
  }
  /** A batch that keeps failing is halved, until the event that fails is by itself. */
  const handleHalves = async (
    topic: Topic, events: ReadonlyMap<CloudEvent, Received>, batch: (events: readonly Received[]) => Promise<void>,
  ): Promise<void> => {
    const given = [...events.keys()]
    if (given.length <= 1) return handleInOrder(topic, given)
    // Its events come from many traces, so it begins one of its own.
    if (!await attempts(() => inWork(`${name} ${topic.name}`, 'consumer', {}, () => batch([...events.values()])), isTransient)) return
    const middle = Math.ceil(given.length / 2)
    await handleAsBatch(topic, given.slice(0, middle), batch)
    await handleAsBatch(topic, given.slice(middle), batch)
  }
  return {
    runHandlers,
    deliver: (topic: Topic, events: readonly CloudEvent[]): Promise<void> =>
      (work.batch ? handleAsBatch(topic, events, work.batch) : handlePerAggregate(topic, events)),
  }
}

const readable = (event: CloudEvent, topic: Topic): Received | undefined => {
  try { return receivedOf(event, topic) } catch { return undefined }
}
