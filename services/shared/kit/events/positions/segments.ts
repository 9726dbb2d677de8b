import { hashOf, type Commit } from '../log/commit.ts'
import { jsonBytes } from '../../batching/weight.ts'
import type { CommitStore, End, Segment } from '../store/store.ts'

/** Before the first segment. */
export const START: End = { next: 0, previous: -1, hash: '' }

/** How many positions a commit takes: one per public event, and one when it says nothing in public. */
export const widthOf = (commit: Pick<Commit, 'publicEvents'>): number => Math.max(1, commit.publicEvents.length)

const PAGE = 512
/** The page of the position log that a position lies in, `<partition>:<position / 512>`. */
export const pageOf = (partition: number, position: number): string => `${partition}:${Math.floor(position / PAGE)}`
/** The id of the segment that begins at a position, `<partition>:<first>`. */
export const segmentId = (partition: number, first: number): string => `${partition}:${first}`

/** The end after a segment. */
export const endOf = (segment: Segment): End => {
  let start = segment.first
  let previous = segment.previous
  for (const commit of segment.commits) {
    if (commit.publicEvents.length > 0) previous = start + commit.publicEvents.length - 1
    start += widthOf(commit)
  }
  return { next: segment.first + segment.count, previous, hash: segment.hash }
}

/** A segment that continues the partition with these commits. */
export const segmentAt = (partition: number, end: End, commits: readonly Commit[], at: string): Segment => {
  const rest = {
    id: segmentId(partition, end.next), partition, page: pageOf(partition, end.next), first: end.next,
    count: commits.reduce((n, c) => n + widthOf(c), 0), previous: end.previous, commits, at, previousHash: end.hash,
  }
  // The commits carry hashes of their own; the chain of segments links those.
  return { ...rest, hash: hashOf({ ...rest, commits: commits.map(c => c.hash) }) }
}
/** Whether a segment is what was written: its hash is that of its fields and of the hashes of its commits. */
export const segmentHolds = (segment: Segment): boolean => {
  const { hash, commits, ...rest } = segment
  return hash === hashOf({ ...rest, commits: commits.map(c => c.hash) })
}

// A store hands a page over in slices: one of long segments is far more than anybody asks for at once, so near a long one each is read by itself.
const LONG_BYTES = 250_000
const NEAR = 25
const isLong = ({ commits }: Segment): boolean => jsonBytes(commits) > LONG_BYTES

/** The segments of a partition from the one that begins at `next` to the end: short ones page by page, long ones one by one. */
export async function* segmentsFrom(store: Pick<CommitStore, 'findSegment' | 'readPage'>, partition: number, next: number): AsyncGenerator<Segment> {
  let at = next
  for (let short = NEAR; ;) {
    const segment = await store.findSegment(segmentId(partition, at))
    if (!segment) return
    yield segment
    at = segment.first + segment.count
    short = isLong(segment) ? 0 : short + 1
    if (short < NEAR) continue
    const page = pageOf(partition, at)
    for await (const more of store.readPage(page, at)) {
      if (more.first !== at) break
      yield more
      at = more.first + more.count
      if (isLong(more)) { short = 0; break }
    }
    if (short > 0 && pageOf(partition, at) === page) return
  }
}

/** The last of these ends at which a segment does end: where a store came back without its newest segments, a later one would leave a hole. */
export const latestEnd = async (store: Pick<CommitStore, 'pageIndex'>, partition: number, ends: readonly End[]): Promise<End> => {
  const holds = async ({ next, hash }: End): Promise<boolean> => {
    const page = Math.floor((next - 1) / PAGE)
    const segments = await store.pageIndex(pageOf(partition, page * PAGE))
    if (page > 0) segments.push(...await store.pageIndex(pageOf(partition, (page - 1) * PAGE)))
    return segments.some(segment => segment.hash === hash && segment.first + segment.count === next)
  }
  const latestFirst = [...new Map(ends.map(one => [one.next, one])).values()].toSorted((a, b) => b.next - a.next)
  for (const end of latestFirst) if (end.next === 0 || await holds(end)) return end
  return START
}

/** Where the segment begins that holds `position`; earlier pages are looked at when a wide commit covers this one. */
export const segmentStart = async (store: Pick<CommitStore, 'findSegment' | 'pageIndex'>, partition: number, position: number): Promise<number> => {
  // Who goes on mostly asks for what begins here, and a page costs far more.
  if (await store.findSegment(segmentId(partition, position))) return position
  for (let page = Math.floor(position / PAGE); page >= 0; page--) {
    const found = (await store.pageIndex(pageOf(partition, page * PAGE))).findLast(s => s.first <= position)
    if (found) return position < found.first + found.count ? found.first : found.first + found.count
  }
  return 0
}
