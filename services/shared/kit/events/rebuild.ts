import { LRUCache } from 'lru-cache'
import type { Aggregate } from './aggregate.ts'
import { parseStream, type Commit, type DomainEvent } from './commit.ts'
import type { EventLog } from './ports.ts'
import type { StoredDocument, Tombstone } from './store.ts'

const STATES = 50_000
const BATCH = 500

export type RebuildOptions<S, C, E extends DomainEvent, L extends DomainEvent, D extends StoredDocument> = {
  log: EventLog<L>
  aggregate: Aggregate<S, C, E>
  documentOf: (about: { tenantId: string; id: string; state: S; version: number }) => D | Tombstone
  put: (documents: readonly (D | Tombstone)[], fresh: boolean) => Promise<void>
  onProgress: (done: { commits: number; documents: number }) => void
}

/** Folds the position log, page by page, into documents. Can go on later from where it stopped. */
export const rebuilder = <S, C, E extends DomainEvent, L extends DomainEvent, D extends StoredDocument>({ log, aggregate, documentOf, put, onProgress }: RebuildOptions<S, C, E, L, D>) => {
  // States that fall out are folded again from their stream when it goes on.
  const states = new LRUCache<string, { state: S; version: number; written: boolean }>({ max: STATES })
  const dirty = new Map<string, { document: D | Tombstone; fresh: boolean }>()
  const at = Array.from({ length: log.partitions }, () => 0)
  const done = { commits: 0, documents: 0 }

  const flush = async (): Promise<void> => {
    const entries = [...dirty.values()]
    dirty.clear()
    for (const fresh of [true, false]) await put(entries.filter(e => e.fresh === fresh).map(e => e.document), fresh)
    done.documents += entries.filter(e => e.fresh).length
    onProgress({ ...done })
  }
  const before = async ({ stream, version }: Commit): Promise<{ state: S; version: number; written: boolean }> => {
    const known = states.get(stream)
    if (known) return known
    const earlier = version === 1 ? [] : (await log.readStream(stream)).filter(c => c.version < version)
    return { state: earlier.reduce(aggregate.fold, aggregate.initial), version: earlier.length, written: version > 1 }
  }
  const take = async (commit: Commit): Promise<void> => {
    const { tenantId, aggregate: kind, id } = parseStream(commit.stream)
    if (kind !== aggregate.name) return
    const known = await before(commit)
    if (commit.version <= known.version) return
    const state = aggregate.fold(known.state, commit)
    states.set(commit.stream, { state, version: commit.version, written: true })
    const fresh = dirty.get(commit.stream)?.fresh ?? !known.written
    dirty.set(commit.stream, { document: documentOf({ tenantId, id, state, version: commit.version }), fresh })
    done.commits++
    if (dirty.size >= BATCH) await flush()
  }

  return {
    /** Everything positioned since the last pass. */
    pass: async (): Promise<{ commits: number; documents: number }> => {
      for (const [partition, from] of at.entries()) {
        for await (const { commits, next } of log.scan(partition, from)) {
          for (const commit of commits) await take(commit)
          at[partition] = next
        }
      }
      await flush()
      return { ...done }
    },
  }
}
