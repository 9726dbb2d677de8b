import { z } from 'zod'
import { operation } from './define.ts'
import { followersOf } from './topics.ts'

/** A public event as it is published and fed (CloudEvents 1.0). `dataversion` is the version of its data's shape, `aggregateversion` that of its aggregate. */
export const CloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(500),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().min(1),
  time: z.string(),
  datacontenttype: z.string().optional(),
  data: z.unknown(),
  dataversion: z.number().int().min(1),
  organizationid: z.string(),
  partition: z.number().int().min(0).max(1023),
  position: z.number().int().min(0),
  /** The position of the public event before this one in its partition, -1 when it is the first: whoever has that one misses nothing. */
  previous: z.number().int().min(-1),
  aggregateversion: z.number().int().min(1),
  actor: z.string(),
  correlationid: z.string(),
  causationid: z.string().optional(),
  /** The trace of the request that it came from. A sidecar that does not pass events on unread writes one of its own into `traceparent`. */
  requesttrace: z.string().optional(),
  traceparent: z.string().optional(),
}).meta({ id: 'CloudEvent' })
export type CloudEvent = z.infer<typeof CloudEvent>

const Partition = z.coerce.number().int().min(0).max(1023)
const feed = {
  method: 'GET', path: '/internal/feed', summary: 'Public events of a partition after a position', access: 'internal', status: 200,
  query: z.strictObject({ partition: Partition, after: z.coerce.number().int().min(-1), limit: z.coerce.number().int().min(1).max(1000).default(200) }),
  /**
   * `head` is where the partition ends, private commits included; `next` the first position that was not read
   * (producers from before do not say it). No events and a `next` before `head`: there is more to read.
   */
  reply: z.object({ events: z.array(CloudEvent), head: z.number().int().min(0), next: z.number().int().min(0).optional() }),
} as const
const heads = {
  method: 'GET', path: '/internal/feed/heads', summary: 'Per partition, one more than the position of its last public event', access: 'internal', status: 200,
  reply: z.object({ heads: z.array(z.number().int().min(0)) }),
} as const

/**
 * With these the producer of a topic, given by its name, serves its public events again: the broker may lose what it likes.
 * They are for those who follow the topic, as it is with the broker; an unknown topic has no callers.
 */
export const feedApi = (topic: string) => {
  const callers = followersOf(topic)
  return { feed: operation({ ...feed, callers }), heads: operation({ ...heads, callers }) }
}
