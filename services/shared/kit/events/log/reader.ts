import type { ServiceId } from '../../../contracts/define.ts'
import type { CloudEvent } from '../../../contracts/feed.ts'
import { cloudEvents } from '../relay/cloud-event.ts'
import { hashOf, type Commit } from './commit.ts'
import { endOf, segmentHolds, segmentsFrom, segmentStart, START } from '../positions/segments.ts'
import type { BrokenLink, EventLog, Scanned } from './event-log.ts'
import type { Sequencer } from '../positions/sequencer.ts'
import type { CommitStore, Segment } from '../store/store.ts'
import { BATCH_BYTES, jsonBytes } from '../../batching/weight.ts'

type Reader = Pick<EventLog, 'readStream' | 'feed' | 'heads' | 'ends' | 'scan' | 'recent' | 'verifyChain' | 'verifyPartition'>
export type ReaderOptions = {
  store: Pick<CommitStore, 'readStream' | 'findSegment' | 'readPage' | 'pageIndex'>
  service: ServiceId
  partitions: number
  sequencers: readonly Pick<Sequencer, 'catchUp' | 'recent'>[]
}

const scanned = (segment: Segment): Scanned => ({ commits: segment.commits, next: segment.first + segment.count })
/** Who asks for a page of the feed waits for 5 s at most, however many private commits lie between the events. */
const FEED_MS = 1_500

/** How the log is read: by stream, by position, and link by link. */
export const logReader = ({ store, service, partitions, sequencers }: ReaderOptions): Reader => {
  const endOfPartition = async (partition: number) => await sequencers[partition]?.catchUp() ?? START

  const recent = (partition: number, position: number): Iterable<Segment> => sequencers[partition]?.recent(position) ?? []
  const segmentsAt = async function* (partition: number, position: number): AsyncGenerator<Segment> {
    let known = false
    for (const segment of recent(partition, position)) { known = true; yield segment }
    if (!known) yield* segmentsFrom(store, partition, await segmentStart(store, partition, position))
  }

  return {
    readStream: (stream, see, after) => store.readStream(stream, see, after),
    feed: async (partition, after, limit) => {
      const until = performance.now() + FEED_MS
      const head = (await endOfPartition(partition)).next
      const events: CloudEvent[] = []
      let next = after + 1
      if (next >= head) return { events, head, next }
      let weight = 0
      for await (const segment of segmentsAt(partition, next)) {
        for (const event of cloudEvents(service, segment)) {
          if (event.position <= after) continue
          events.push(event)
          weight += jsonBytes(event)
          if (events.length >= limit || weight >= BATCH_BYTES) return { events, head, next: event.position + 1 }
        }
        next = endOf(segment).next
        if (performance.now() >= until) break
      }
      return { events, head, next }
    },
    heads: () => Promise.all(Array.from({ length: partitions }, async (_, p) => (await endOfPartition(p)).previous + 1)),
    recent: (partition, from) => Array.from(recent(partition, from), scanned),
    ends: () => Promise.all(Array.from({ length: partitions }, async (_, p) => (await endOfPartition(p)).next)),
    scan: async function* (partition, from = 0, to) {
      // What comes while it is read is for the next time: others may write faster than this one reads.
      const end = to ?? (await endOfPartition(partition)).next
      if (from >= end) return
      for await (const segment of segmentsAt(partition, from)) {
        yield scanned(segment)
        if (segment.first + segment.count >= end) return
      }
    },
    verifyChain: async stream => {
      let [version, previous] = [0, '']
      let broken: BrokenLink | undefined
      const whatIsWrong = (commit: Commit): BrokenLink['reason'] | undefined => {
        if (commit.version !== version + 1) return 'missing'
        if (commit.previousHash !== previous) return 'unlinked'
        return hashOf(commit) === commit.hash ? undefined : 'changed'
      }
      await store.readStream(stream, commit => {
        const reason = whatIsWrong(commit)
        if (reason) broken = { at: `${stream}:${version + 1}`, reason }
        previous = commit.hash
        version = commit.version
        return !broken
      })
      return broken
    },
    verifyPartition: async partition => {
      const { next } = await endOfPartition(partition)
      let end = START
      for await (const segment of segmentsFrom(store, partition, 0)) {
        const broken = (reason: BrokenLink['reason']): BrokenLink => ({ at: segment.id, reason })
        if (segment.previousHash !== end.hash || segment.previous !== end.previous) return broken('unlinked')
        if (!segmentHolds(segment) || segment.commits.some(c => hashOf(c) !== c.hash)) return broken('changed')
        end = endOf(segment)
      }
      return end.next < next ? { at: `${partition}:${end.next}`, reason: 'missing' } : undefined
    },
  }
}
