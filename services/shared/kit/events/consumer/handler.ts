import type { z } from 'zod'
import { versionsOf, type EventContract } from '../../../contracts/define.ts'
import type { CloudEvent } from '../../../contracts/feed.ts'
import { inContext } from '../../observe/context.ts'
import { inWork } from '../../observe/trace.ts'
import { newSpanId, newTraceId, parseTraceparent } from '../../observe/traceparent.ts'
import { traceOf } from '../trace-of.ts'

/** An event as a handler sees it: its data has the shape of the contract. */
export type Received<T extends string = string, D = unknown> = {
  id: string
  type: T
  data: D
  subject: string
  organizationId: string
  at: string
  actor: string
  /** The version of the aggregate after this event. */
  version: number
  position: number
  partition: number
  topic: string
  correlationId: string
  traceId: string | null
}
/** Handles the events of one name, with data of this version. */
export type Handler = { readonly type: string; readonly version: number; run(event: Received): Promise<void> }

/** An event that no retry will make better. */
export class Poison extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Poison'
  }
}

const dataOf = <D extends z.ZodType>({ type, data }: EventContract<string, D>, given: unknown): z.infer<D> => {
  const parsed = data.safeParse(given)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(i => `${i.path.join('.')} ${i.message}`).join('; ')
    throw new Poison(`${type} does not have the shape of its contract: ${wrong}`)
  }
  return parsed.data
}

/** Handles one kind of event, of older versions too. It must be idempotent by `event.id`; a throw is tried again, then the event becomes a dead letter. */
export const on = <T extends string, D extends z.ZodType>(contract: EventContract<T, D>, run: (event: Received<T, z.infer<D>>) => Promise<void>): Handler => ({
  type: contract.type, version: contract.version,
  run: event => run({ ...event, type: contract.type, data: dataOf(contract, event.data) }),
})

type Known = { name: string; events: readonly EventContract[] }
/** All versions of an event that its topic knows, the newest first. Throws `Poison` when that of the event is none of them. */
const contractsOf = ({ type, dataversion }: CloudEvent, { events }: Known): [EventContract, ...EventContract[]] => {
  const named = events.findLast(e => e.type === type)
  const [newest, ...older] = named ? versionsOf(named) : []
  const versions = newest ? [newest.version, ...older.map(e => e.version)] : []
  if (!newest || !versions.includes(dataversion)) throw new Poison(`${type} version ${dataversion} is not known here (${versions.join(', ') || 'none'})`)
  return [newest, ...older]
}
/** Data of a version in the shape of this contract, by way of those between. */
const lifted = ({ version, from }: EventContract, data: unknown, given: number): unknown =>
  (from && given < version ? from.lift(dataOf(from.older, lifted(from.older, data, given))) : data)
const received = (event: CloudEvent, topic: Known, data: unknown): Received => ({
  id: event.id, type: event.type, data, subject: event.subject, organizationId: event.organizationid, at: event.time, actor: event.actor,
  version: event.aggregateversion, position: event.position, partition: event.partition, topic: topic.name,
  correlationId: event.correlationid, traceId: parseTraceparent(traceOf(event))?.traceId ?? null,
})

/** A published event with its data checked, in the shape of the newest version. Throws `Poison` when no contract of the topic knows it. */
export const receivedOf = (event: CloudEvent, topic: Known): Received => {
  const [newest] = contractsOf(event, topic)
  return received(event, topic, dataOf(newest, lifted(newest, event.data, event.dataversion)))
}

/**
 * A published event whose data is checked by whoever handles it, lifted to the version that he handles (the newest).
 * Throws `Poison` when its version is not known.
 */
export const envelopeOf = (event: CloudEvent, topic: Known, version?: number): Received => {
  const versions = contractsOf(event, topic)
  return received(event, topic, lifted(versions.find(e => e.version === version) ?? versions[0], event.data, event.dataversion))
}

/** Runs what an event leads to as a span of `consumer` inside the event's trace, so that logs, calls and commands of it belong together. */
export const inEventSpan = (consumer: string, event: CloudEvent, work: () => Promise<void>): Promise<void> =>
  inWork(`${consumer} ${event.type}`, 'consumer', {
    traceparent: traceOf(event), correlationId: event.correlationid, organizationId: event.organizationid,
  }, work)

/** Says something about an event: the log lines carry its trace and organization. There is no span. */
export const inEvent = (event: CloudEvent, say: () => void): void => {
  const trace = parseTraceparent(traceOf(event)) ?? { traceId: newTraceId(), spanId: newSpanId(), sampled: false }
  inContext({ ...trace, correlationId: event.correlationid, organizationId: event.organizationid }, say)
}
