import { LRUCache } from 'lru-cache'
import type { Aggregate, Change } from '../log/aggregate.ts'
import { parseStream, type Commit, type DomainEvent } from '../log/commit.ts'
import { pause } from '../../waiting.ts'
import type { EventLog, Scanned } from '../log/event-log.ts'
import type { StoredDocument, Tombstone } from '../store/store.ts'

const BATCH = 500
const SLICE_MS = 20
// How long it rests, in terms of how long it worked: three times leaves others more than four fifths of what they had alone.
const REST = 3
// With so many commits left it is nearly there.
const FEW = 500
// What is appended meanwhile is picked up while the log still has it in memory, up to so many commits:
// to read it later costs the store more than to write its documents.
const PICKED_UP = 20_000

type Folded<S> = { tenantId: string; id: string; state: S; version: number; changed: boolean; written: boolean }
/** `fresh` ones are written for the first time. */
export type Put<D> = (documents: readonly (D | Tombstone)[], fresh: boolean) => Promise<void>
export type RebuildOptions<S, C, E extends DomainEvent, L extends DomainEvent, D extends StoredDocument> = {
  log: EventLog<L>
  aggregate: Aggregate<S, C, E>
  documentOf: (about: Change<S>) => D | Tombstone
  onProgress: (done: { commits: number; documents: number }) => void
  /** States held at once: a stream is written once, unless so many others changed between two of its changes. */
  most?: number
}

/** Folds the position log into documents, each stream to its newest state before that is written. Can go on later from where it stopped. */
export const rebuilder = <S, C, E extends DomainEvent, L extends DomainEvent, D extends StoredDocument>(
  { log, aggregate, documentOf, onProgress, most = 50_000 }: RebuildOptions<S, C, E, L, D>,
) => {
  const due: Folded<S>[] = []
  const states = new LRUCache<string, Folded<S>>({ max: most, dispose: folded => { if (folded.changed) due.push(folded) } })
  const at = Array.from({ length: log.partitions }, () => 0)
  const done = { commits: 0, documents: 0 }
  const meanwhile = at.map((): Scanned[] => [])
  let pickedUp = 0

  /** A stream that is not known as it was before this commit is folded as a whole, ahead of the commits that are still to come. */
  const foldWhole = async ({ stream, version }: Commit): Promise<Folded<S>> => {
    const { tenantId, id } = parseStream(stream)
    const folded: Folded<S> = { tenantId, id, state: aggregate.initial, version: 0, changed: version > 1, written: version > 1 }
    if (version > 1) await log.readStream(stream, commit => { folded.state = aggregate.fold(folded.state, commit); folded.version = commit.version })
    states.set(stream, folded)
    return folded
  }
  const take = async (commit: Commit): Promise<void> => {
    if (parseStream(commit.stream).aggregate !== aggregate.name) return
    done.commits++
    const known = states.get(commit.stream)
    const folded = known && commit.version <= known.version + 1 ? known : await foldWhole(commit)
    if (commit.version <= folded.version) return
    folded.state = aggregate.fold(folded.state, commit)
    folded.version = commit.version
    folded.changed = true
  }
  const write = async (some: readonly Folded<S>[], put: Put<D>): Promise<void> => {
    const fresh = some.filter(folded => !folded.written)
    await put(fresh.map(documentOf), true)
    await put(some.filter(folded => folded.written).map(documentOf), false)
    for (const folded of some) { folded.changed = false; folded.written = true }
    done.documents += fresh.length
    onProgress({ ...done })
  }
  const pickUp = (ends: readonly number[]): void => {
    for (const [partition, segments] of meanwhile.entries()) {
      if (pickedUp > PICKED_UP) return
      const more = log.recent(partition, segments.at(-1)?.next ?? ends[partition] ?? 0)
      segments.push(...more)
      pickedUp += more.reduce((n, { commits }) => n + commits.length, 0)
    }
  }
  /** Takes over what was positioned since the last pass; how many commits that were. */
  const pass = async (put: Put<D>, rest = 0): Promise<number> => {
    const before = done.commits
    const ends = await log.ends()
    const known = meanwhile.map(segments => segments.splice(0))
    pickedUp = 0
    let since = performance.now()
    const breathe = async (): Promise<void> => {
      pickUp(ends)
      const worked = performance.now() - since
      if (rest === 0 || worked < SLICE_MS) return
      await pause(worked * rest)
      since = performance.now()
    }
    const writeAll = async (some: readonly Folded<S>[]): Promise<void> => {
      for (let i = 0; i < some.length; i += BATCH) {
        await write(some.slice(i, i + BATCH), put)
        await breathe()
      }
    }
    const stretchesOf = async function* (partition: number) {
      yield* known[partition] ?? []
      yield* log.scan(partition, at[partition], ends[partition])
    }
    for (const partition of at.keys()) {
      for await (const { commits, next } of stretchesOf(partition)) {
        for (const commit of commits) await take(commit)
        if (due.length >= BATCH) await writeAll(due.splice(0))
        at[partition] = next
        await breathe()
      }
    }
    await writeAll([...due.splice(0), ...[...states.values()].filter(folded => folded.changed)])
    return done.commits - before
  }

  return {
    pass,
    /** Passes until little is left. Each has less to do than the one before; where others write faster than it comes on, it rests no more. */
    approach: async (put: Put<D>): Promise<void> => {
      for (let [rest, before] = [REST, Infinity]; ;) {
        const went = await pass(put, rest)
        if (went <= FEW || (went >= before && rest === 0)) return
        if (went >= before) rest = 0
        before = went
      }
    },
    /** Where each partition goes on. */
    at: (): readonly number[] => at,
    done: (): { commits: number; documents: number } => ({ ...done }),
  }
}
