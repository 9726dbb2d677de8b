import { z } from 'zod'
import { DaprError } from './dapr-error.ts'
import type { Dapr, FailedEntry, PublishableEvent } from './dapr.ts'
import { bodyOf, succeeded } from './replies.ts'
import type { Send } from './transport.ts'

const Failures = z.object({ failedEntries: z.array(z.object({ entryId: z.string(), error: z.string().optional() })).min(1) })
const maxCount = 200
// Under a broker's usual request limit of 1 MiB per batch. As text in a request an event may be twice as long: well under the sidecar's 4 MiB.
const usualBytes = 768 * 1024
// Dapr's component for Azure Service Bus refuses a bulk above 128 KiB as a whole.
const fewBytes = 120 * 1024
/** What a broker writes around an event: its id, its key, the properties of a message. */
const AROUND = 400

type Entry = { entryId: string; event: string; contentType: 'text/plain'; metadata: { partitionKey: string } }

/**
 * Bulk publish of whole CloudEvents, keyed by subject. They pass the sidecar as they are (`rawPayload`),
 * which else takes each apart and puts it together twice. Once a bulk was too large, all are small.
 * On Redis, SNS and Pub/Sub the entries of one call may arrive in any order; Kafka keeps them.
 */
export const publisher = (send: Send, pubsub: string): Dapr['publishBulk'] => {
  let maxBytes = usualBytes
  return async (topic, events) => {
    const failed: FailedEntry[] = []
    for (const batch of batches(events, maxBytes)) {
      // A later batch would only run ahead of what failed.
      if (failed.length) failed.push(...batch.map(({ entryId }) => ({ id: entryId, error: 'not tried: an earlier batch failed' })))
      else failed.push(...(await publishOne(send, pubsub, topic, batch)))
    }
    if (failed.some(({ error }) => /too large/i.test(error))) maxBytes = fewBytes
    return failed
  }
}

const publishOne = async (send: Send, pubsub: string, topic: string, entries: readonly Entry[]): Promise<FailedEntry[]> => {
  const reply = await send({ method: 'POST', path: `/v1.0/publish/bulk/${pubsub}/${topic}?metadata.rawPayload=true`, body: entries, timeoutMs: 10_000 })
  if (reply.status < 300) return []
  const failures = Failures.safeParse(bodyOf(reply))
  if (!failures.success) succeeded(reply, `publishing to ${topic}`)
  if (!failures.data) throw new DaprError('peer', `publishing to ${topic} failed with status ${reply.status}`, reply.status)
  return failures.data.failedEntries.map(({ entryId, error }) => ({ id: entryId, error: error ?? 'no reason given' }))
}

const entryOf = (event: PublishableEvent): Entry =>
  ({ entryId: event.id, event: JSON.stringify(event), contentType: 'text/plain', metadata: { partitionKey: event.subject } })

const batches = function* (events: readonly PublishableEvent[], maxBytes: number): Generator<readonly Entry[]> {
  let batch: Entry[] = []
  let bytes = 0
  for (const entry of events.map(entryOf)) {
    const size = Buffer.byteLength(entry.event) + AROUND
    if (batch.length && (batch.length === maxCount || bytes + size > maxBytes)) { yield batch; batch = []; bytes = 0 }
    batch.push(entry)
    bytes += size
  }
  if (batch.length) yield batch
}
