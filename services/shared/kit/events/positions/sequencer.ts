import { LRUCache } from 'lru-cache'
import type { Commit } from '../log/commit.ts'
import { shortLivedMap } from '../../short-lived.ts'
import { backOff, eachWithin, pause, within } from '../../waiting.ts'
import { endOf, segmentAt, segmentsFrom } from './segments.ts'
import { singleFlight } from '../../batching/single-flight.ts'
import { BATCH_BYTES, jsonBytes } from '../../batching/weight.ts'
import type { Logger } from '../../observe/log.ts'
import { packed, unpacked } from '../store/packed.ts'
import type { CommitStore, End, Segment, SegmentHead } from '../store/store.ts'

const BATCH = 200
const MOST_BYTES = BATCH_BYTES / 2
const STORE_MS = 10_000
const SEEN = 20_000
const RECENT_BYTES = BATCH_BYTES / 4
const isFew = (commits: number, bytes: number): boolean => commits < BATCH && bytes <= MOST_BYTES

export type SequencerOptions = {
  store: Pick<CommitStore, 'addSegment' | 'findSegment' | 'readPage'>
  partition: number
  /** A true end to begin reading from. */
  from: () => Promise<End>
  now: () => string
  logger: Logger
  /** Awaited between segments, so that commits gather; a pile is worked off without it. */
  pace: () => Promise<void>
  /** A segment of so many bytes, whoever wrote it, has commits that were handed in here; `groups` counts them by the name they were handed in under. */
  onPositioned: (segment: Segment, groups: ReadonlyMap<string, number>, bytes: number) => void
  /** Every segment, one after the other, as the known end moves behind it. */
  onPassed?: (segment: Segment) => void
}
export type Sequencer = ReturnType<typeof sequencer>

/**
 * Gives the commits of a partition their positions. Several processes do so at once without a lease: a segment's id says where it begins, so one of
 * them gets the place, and the others read it, strike out of their own lists what it holds, and go for the next place.
 */
export const sequencer = ({ store, partition, from, now, logger, pace, onPositioned, onPassed = () => {} }: SequencerOptions) => {
  const seen = new LRUCache<string, true>({ max: SEEN })
  const pending = shortLivedMap<string, { commit: Commit; groups: Set<string> }>()
  const retry = backOff({ first: 20, most: 2_000 })
  let end: End | undefined
  let running: Promise<void> | undefined
  let stopped = false
  const late = (): Error => new Error('the store takes too long')

  // Packed: as objects they would be half of all that this process makes and that does not end with a request.
  const recent: { head: SegmentHead; pack: Uint8Array; bytes: number }[] = []
  let recentBytes = 0

  const remember = ({ commits: _, ...head }: Segment, pack: Uint8Array, bytes: number): void => {
    recent.push({ head, pack, bytes })
    recentBytes += bytes
    while (recentBytes > RECENT_BYTES && recent.length > 1) recentBytes -= recent.shift()?.bytes ?? 0
  }
  const recentFrom = function* (position: number): Iterable<Segment> {
    const at = recent.findIndex(({ head: { first, count } }) => first <= position && position < first + count)
    for (const { head, pack } of at < 0 ? [] : recent.slice(at)) yield { ...head, commits: unpacked(pack) }
  }
  const take = (segment: Segment, pack = packed(segment.commits), bytes = jsonBytes(segment.commits)): void => {
    end = endOf(segment)
    remember(segment, pack, bytes)
    onPassed(segment)
    const groups = new Map<string, number>()
    for (const { id } of segment.commits) {
      seen.set(id, true)
      const mine = pending.get(id)
      if (!mine) continue
      pending.delete(id)
      for (const group of mine.groups) groups.set(group, (groups.get(group) ?? 0) + 1)
    }
    if (groups.size > 0) onPositioned(segment, groups, bytes)
  }
  const readOn = async (): Promise<End> => {
    const first = end ?? await within(from(), STORE_MS, late)
    end ??= first
    // What was appended here meanwhile is known already.
    for await (const segment of eachWithin(segmentsFrom(store, partition, end.next), STORE_MS, late)) if (segment.first === end.next) take(segment)
    return end
  }
  const reading = singleFlight<End>()
  /** Reads on from the known end; resolves to the true one. Those who ask meanwhile share the next reading. */
  const catchUp = (): Promise<End> => reading('', readOn)
  const nextBatch = (): { batch: Commit[]; bytes: number } => {
    const batch: Commit[] = []
    let bytes = 0
    for (const { commit } of pending.values()) {
      if (!isFew(batch.length, bytes)) break
      batch.push(commit)
      bytes += jsonBytes(commit)
    }
    return { batch, bytes }
  }
  const step = async (): Promise<void> => {
    const at = end ?? await catchUp()
    const { batch, bytes } = nextBatch()
    // What was read on the way here may have held all that waited; an empty segment would block its place for ever.
    if (batch.length === 0) return
    const segment = segmentAt(partition, at, batch, now())
    const pack = packed(batch)
    const result = await within(store.addSegment(segment, pack), STORE_MS, late)
    if (end && end.next !== at.next) return
    if (result === 'inserted') {
      take(segment, pack, bytes)
      retry.reset()
      if (isFew(batch.length, bytes) && pending.size < BATCH) await pace()
      return
    }
    const before = at.next
    if ((await catchUp()).next === before) await retry.wait()
  }
  const run = async (): Promise<void> => {
    while (pending.size > 0 && !stopped) {
      try { await step() } catch (error) {
        logger.warn({ error, partition, waiting: pending.size }, 'positions wait for the store')
        await retry.wait()
      }
    }
  }
  const kick = (): void => {
    // A turn later, so that commits of one shared insert share a segment as well.
    running ??= new Promise<void>(resolve => { setImmediate(resolve) }).then(run).finally(() => {
      running = undefined
      if (pending.size > 0 && !stopped) kick()
    })
  }

  return {
    /** The caller must know that the commit is in no segment before the known end; `known()` tells that end. It counts once for each group that hands it in. */
    position: (commit: Commit, group: string): void => {
      const waiting = pending.get(commit.id)
      if (waiting) waiting.groups.add(group)
      else pending.set(commit.id, { commit, groups: new Set([group]) })
      kick()
    },
    /** The commit is in a segment that was read already. */
    placed: (id: string): boolean => seen.has(id),
    /** True: the commit has its position, or waits here for it. */
    has: (id: string): boolean => seen.has(id) || pending.has(id),
    known: (): End | undefined => end,
    /** From this position to the known end, without a hole, where memory reaches back so far; what consumers ask for is mostly there. */
    recent: recentFrom,
    catchUp,
    /** Resolves when all that waits here now has its position. */
    drained: async (): Promise<void> => {
      const last = [...pending.keys()].at(-1)
      while (last !== undefined && pending.has(last) && !stopped) await pause(1)
    },
    stop: async (): Promise<void> => { stopped = true; await running },
  }
}
