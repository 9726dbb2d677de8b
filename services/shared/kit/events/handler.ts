import type { z } from 'zod'
import type { EventContract } from '../../contracts/define.ts'
import type { CloudEvent } from '../../contracts/feed.ts'
import { inContext } from '../observe/context.ts'
import { newSpanId, newTraceId, parseTraceparent } from '../observe/traceparent.ts'

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
/** `undefined`: every event. */
export type Handler = { readonly type: string; run(event: Received): Promise<void> }

/** An event that no retry will make better. */
export class Poison extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Poison'
  }
}

/** Handles one kind of event. It must be idempotent by `event.id`; a throw is tried again, then the event becomes a dead letter. */
export const on = <T extends string, D extends z.ZodType>({ type, data }: EventContract<T, D>, run: (event: Received<T, z.infer<D>>) => Promise<void>): Handler => ({
  type,
  run: async event => {
    const parsed = data.safeParse(event.data)
    if (!parsed.success) throw new Poison(`${type} does not have the shape of its contract: ${parsed.error.issues.map(i => i.path.join('.')).join(', ')}`)
    await run({ ...event, type, data: parsed.data })
  },
})

/** A published event as handlers get it. Throws `Poison` when its contract does not know it. */
export const receivedOf = (event: CloudEvent, topic: { name: string; events: readonly EventContract[] }): Received => {
  const versions = topic.events.filter(e => e.type === event.type)
  const contract = versions.find(e => e.version === event.dataversion)
  if (!contract) throw new Poison(`${event.type} version ${event.dataversion} is not known here (${versions.map(e => e.version).join(', ') || 'none'})`)
  const data = contract.data.safeParse(event.data)
  if (!data.success) throw new Poison(`${event.type} does not have the shape of its contract: ${data.error.issues.map(i => `${i.path.join('.')} ${i.message}`).join('; ')}`)
  return {
    id: event.id, type: event.type, data: data.data, subject: event.subject, organizationId: event.organizationid, at: event.time, actor: event.actor, version: event.aggregateversion,
    position: event.position, partition: event.partition, topic: topic.name, correlationId: event.correlationid, traceId: parseTraceparent(event.traceparent)?.traceId ?? null,
  }
}

/** Runs what an event leads to inside its trace, so that logs, calls and commands of it belong together. */
export const inEvent = <T>(event: CloudEvent, work: () => T): T => {
  const trace = parseTraceparent(event.traceparent) ?? { traceId: newTraceId(), sampled: false }
  return inContext({ traceId: trace.traceId, sampled: trace.sampled, spanId: newSpanId(), correlationId: event.correlationid, organizationId: event.organizationid }, work)
}
