import type { ServiceId } from '../../contracts/define.ts'
import type { CloudEvent } from '../../contracts/feed.ts'
import { cloudEvents } from './cloud-event.ts'
import { hashOf } from './commit.ts'
import { endOf, segmentHolds, segmentsFrom, segmentStart, START } from './positions.ts'
import type { BrokenLink, EventLog } from './ports.ts'
import type { Sequencer } from './sequencer.ts'
import type { CommitStore, Segment } from './store.ts'

type Reader = Pick<EventLog, 'readStream' | 'feed' | 'heads' | 'scan' | 'verifyChain' | 'verifyPartition'>
export type ReaderOptions = { store: CommitStore; service: ServiceId; partitions: number; sequencers: readonly Sequencer[] }

/** How the log is read: by stream, by position, and link by link. */
export const logReader = ({ store, service, partitions, sequencers }: ReaderOptions): Reader => {
  const endOfPartition = async (partition: number) => await sequencers[partition]?.catchUp() ?? START

  const segmentsAt = async function* (partition: number, position: number): AsyncGenerator<Segment> {
    const recent = sequencers[partition]?.recent() ?? []
    const known = recent.findIndex(s => s.first <= position && position < s.first + s.count)
    if (known >= 0) yield* recent.slice(known)
    else yield* segmentsFrom(store, partition, await segmentStart(store, partition, position))
  }

  return {
    readStream: (stream, after) => store.readStream(stream, after),
    feed: async (partition, after, limit) => {
      const head = (await endOfPartition(partition)).next
      const events: CloudEvent[] = []
      if (after + 1 >= head) return { events, head }
      for await (const segment of segmentsAt(partition, after + 1)) {
        events.push(...cloudEvents(service, segment).filter(e => e.position > after))
        if (events.length >= limit) break
      }
      return { events: events.slice(0, limit), head }
    },
    heads: () => Promise.all(Array.from({ length: partitions }, async (_, p) => (await endOfPartition(p)).previous + 1)),
    scan: async function* (partition, from = 0) {
      const end = (await endOfPartition(partition)).next
      if (from >= end) return
      for await (const segment of segmentsAt(partition, from)) yield { commits: segment.commits, next: segment.first + segment.count }
    },
    verifyChain: async stream => {
      let previous = ''
      let version = 0
      for (const commit of await store.readStream(stream)) {
        const broken = (reason: BrokenLink['reason']): BrokenLink => ({ at: `${stream}:${version + 1}`, reason })
        if (commit.version !== version + 1) return broken('missing')
        if (commit.previousHash !== previous) return broken('unlinked')
        if (hashOf(commit) !== commit.hash) return broken('changed')
        previous = commit.hash
        version = commit.version
      }
      return undefined
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
