import { hashOf, partitionOf, streamOf, commitId, type Commit, type CommitDraft, type DomainEvent, type StoredEvent, type StoredPublicEvent } from './commit.ts'

// What JSON does not keep (undefined, -0, class instances) is dropped before it is hashed, so that a commit reads back as it was hashed.
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value))

const stored = <E extends DomainEvent>({ events, eventVersions }: CommitDraft<E>): StoredEvent[] =>
  events.map((event, i) => {
    const { type, ...data } = event
    return { type, version: eventVersions?.[i] ?? 1, data }
  })

/** A draft becomes a commit: placed, attributed and linked. `say` gives its public events. */
export const completeDraft = <E extends DomainEvent>(
  draft: CommitDraft<E>,
  { partitions, traceparent, say }: { partitions: number; traceparent: string | null; say: (commit: Commit) => readonly StoredPublicEvent[] },
): Omit<Commit, 'journal' | 'hash'> => {
  const { tenantId, version, previousHash, meta } = draft
  const stream = streamOf({ tenantId, aggregate: draft.aggregate, id: draft.id })
  const commit: Commit = {
    id: commitId(stream, version), tenantId, stream, version, partition: partitionOf(stream, partitions), journal: '',
    events: plain(stored(draft)), publicEvents: [], at: meta.at, actor: meta.actor,
    correlationId: meta.correlationId, causationId: meta.causationId, commandId: meta.commandId, ip: meta.ip ?? null, traceparent, previousHash, hash: '',
  }
  const { journal: _, hash: __, ...rest } = { ...commit, publicEvents: plain(say(commit)) }
  return rest
}

/** Signs a commit over to the journal chunk that will see it through. */
export const sealed = (commit: Omit<Commit, 'journal' | 'hash'>, journal: string): Commit => {
  const whole = { ...commit, journal }
  return { ...whole, hash: hashOf(whole) }
}
