import { z } from 'zod'
import { DaprError } from './dapr-error.ts'
import type { Dapr, FailedEntry, PublishableEvent } from './dapr.ts'
import { bodyOf, succeeded } from './replies.ts'
import type { Send } from './transport.ts'

const Failures = z.object({ failedEntries: z.array(z.object({ entryId: z.string(), error: z.string().optional() })).min(1) })
// Well under the sidecar's 4 MiB body limit, and under a broker's usual request limit of 1 MiB per batch.
const maxCount = 200
const maxBytes = 768 * 1024

/** Bulk publish of whole CloudEvents, keyed by subject. On Redis the entries of one call may arrive in any order; Kafka keeps them. */
export const publisher = (send: Send, pubsub: string): Dapr['publishBulk'] => async (topic, events) => {
  const failed: FailedEntry[] = []
  for (const batch of batches(events)) {
    // A later batch would only run ahead of what failed.
    if (failed.length) failed.push(...batch.map(({ id }) => ({ id, error: 'not tried: an earlier batch failed' })))
    else failed.push(...(await publishOne(send, pubsub, topic, batch)))
  }
  return failed
}

const publishOne = async (send: Send, pubsub: string, topic: string, events: readonly PublishableEvent[]): Promise<FailedEntry[]> => {
  const entries = events.map(event => ({ entryId: event.id, event, contentType: 'application/cloudevents+json', metadata: { partitionKey: event.subject } }))
  const reply = await send({ method: 'POST', path: `/v1.0/publish/bulk/${pubsub}/${topic}`, body: entries, timeoutMs: 10_000 })
  if (reply.status < 300) return []
  const failures = Failures.safeParse(bodyOf(reply))
  if (!failures.success) succeeded(reply, `publishing to ${topic}`)
  if (!failures.data) throw new DaprError('peer', `publishing to ${topic} failed with status ${reply.status}`, reply.status)
  return failures.data.failedEntries.map(({ entryId, error }) => ({ id: entryId, error: error ?? 'no reason given' }))
}

const batches = function* (events: readonly PublishableEvent[]): Generator<readonly PublishableEvent[]> {
  let batch: PublishableEvent[] = []
  let bytes = 0
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event))
    if (batch.length && (batch.length === maxCount || bytes + size > maxBytes)) { yield batch; batch = []; bytes = 0 }
    batch.push(event)
    bytes += size
  }
  if (batch.length) yield batch
}
