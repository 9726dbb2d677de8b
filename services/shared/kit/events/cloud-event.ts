import { z } from 'zod'
import { parseStream, type Commit } from './commit.ts'

/** A public event as it is published and fed (CloudEvents 1.0). `version` of its data is `dataversion`, that of its aggregate `aggregateversion`. */
export const CloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().min(1),
  time: z.string(),
  datacontenttype: z.string().optional(),
  data: z.unknown(),
  dataversion: z.number().int().min(1),
  organizationid: z.string(),
  partition: z.number().int().min(0),
  /** Gapless per partition together with `previous`: the position of the public event before this one, -1 when it is the first. */
  position: z.number().int().min(0),
  previous: z.number().int().min(-1),
  aggregateversion: z.number().int().min(1),
  actor: z.string(),
  correlationid: z.string(),
  causationid: z.string().optional(),
  traceparent: z.string().optional(),
})
export type CloudEvent = z.infer<typeof CloudEvent>

/** How many positions a commit takes: one per public event, and one when it says nothing in public. */
export const widthOf = (commit: Pick<Commit, 'publicEvents'>): number => Math.max(1, commit.publicEvents.length)

/** The public events of the commits of a segment, numbered from `first`. */
export const cloudEvents = (source: string, { first, previous, commits }: { first: number; previous: number; commits: readonly Commit[] }): CloudEvent[] => {
  const events: CloudEvent[] = []
  let start = first
  let before = previous
  for (const commit of commits) {
    for (const [i, { type, version, data }] of commit.publicEvents.entries()) {
      events.push({
        specversion: '1.0', id: `${commit.id}#${i}`, source, type, subject: parseStream(commit.stream).id, time: commit.at, datacontenttype: 'application/json', data, dataversion: version,
        organizationid: commit.tenantId, partition: commit.partition, position: start + i, previous: before, aggregateversion: commit.version, actor: commit.actor, correlationid: commit.correlationId,
        ...(commit.causationId !== null && { causationid: commit.causationId }), ...(commit.traceparent !== null && { traceparent: commit.traceparent }),
      })
      before = start + i
    }
    start += widthOf(commit)
  }
  return events
}
