import type { CloudEvent } from '../../../contracts/feed.ts'
import { parseStream, type Commit } from '../log/commit.ts'
import { widthOf } from '../positions/segments.ts'

/** The public events of the commits of a segment, numbered from `first`. */
export const cloudEvents = (source: string, { first, previous, commits }: { first: number; previous: number; commits: readonly Commit[] }): CloudEvent[] => {
  const events: CloudEvent[] = []
  let start = first
  let before = previous
  for (const commit of commits) {
    for (const [i, { type, version, data }] of commit.publicEvents.entries()) {
      events.push({
        specversion: '1.0', id: `${commit.id}#${i}`, source, type, subject: parseStream(commit.stream).id, time: commit.at,
        datacontenttype: 'application/json', data, dataversion: version, organizationid: commit.tenantId,
        partition: commit.partition, position: start + i, previous: before,
        aggregateversion: commit.version, actor: commit.actor, correlationid: commit.correlationId,
        ...(commit.causationId !== null && { causationid: commit.causationId }),
        ...(commit.traceparent !== null && { requesttrace: commit.traceparent, traceparent: commit.traceparent }),
      })
      before = start + i
    }
    start += widthOf(commit)
  }
  return events
}
