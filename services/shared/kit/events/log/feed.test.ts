import { afterEach, describe, expect, it, vi } from 'vitest'
import { ProjectDeleted, projectEvents } from '../../../contracts/project/events.ts'
import { systemClock } from '../../clock.ts'
import { memoryDapr } from '../../dapr/memory-dapr.ts'
import { silentLogger } from '../../observe/log.ts'
import { consumer } from '../consumer/consumer.ts'
import { on } from '../consumer/handler.ts'
import { partitionConsumer } from '../consumer/partition-consumer.ts'
import { endOf, segmentAt, START } from '../positions/segments.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { End, Segment } from '../store/store.ts'
import { answerFeed } from '../test/producer.ts'
import { draft } from '../test/parcel.ts'
import { logOf } from '../test/log-of.ts'
import type { Commit } from './commit.ts'
import { completeDraft, sealed } from './draft.ts'
import type { FeedPage } from './event-log.ts'
import { logReader } from './reader.ts'

const commitOf = (id: string, publicEvents: Commit['publicEvents'] = []): Commit =>
  sealed(completeDraft(draft(id, 1, '', 'Lost'), { partitions: 1, traceparent: null, say: () => publicEvents }), 'w:0')
const said = (data: object) => [{ type: ProjectDeleted.type, version: 1, data }]
const chain = (all: readonly (readonly Commit[])[]): { segments: Segment[]; end: End } => {
  const segments: Segment[] = []
  let end = START
  for (const commits of all) {
    const segment = segmentAt(0, end, commits, '2026-01-01T00:00:00.000Z')
    segments.push(segment)
    end = endOf(segment)
  }
  return { segments, end }
}

describe('the feed', () => {
  afterEach(() => { vi.useRealTimers() })

  it('brings a consumer on that is thousands of private commits behind, though to read them all takes longer than anybody waits', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const store = memoryStore()
    const hidden = commitOf('hidden')
    const behind = Array.from({ length: 80 }, () => Array.from({ length: 64 }, () => hidden))
    for (const segment of chain([...behind, [commitOf('p', said({ projectId: 'p' }))]]).segments) await store.addSegment(segment)
    const { log } = logOf({ partitions: 1, store: { ...store, readPage: async function* (page, from) { vi.advanceTimersByTime(1_000); yield* store.readPage(page, from) } } })
    await log.ends()
    const sidecar = memoryDapr()
    answerFeed(sidecar, 'project', { heads: log.heads, feed: async (...asked) => {
      const began = performance.now()
      const page = await log.feed(...asked)
      if (performance.now() - began > 5_000) throw new Error('nobody waits any more')
      return page
    } })
    const seen: number[] = []
    const one = consumer({
      name: 'test', topics: [projectEvents], db: memoryStore(), dapr: sidecar, clock: systemClock, logger: silentLogger, pollMs: 60_000,
      handlers: [on(ProjectDeleted, async ({ position }) => { seen.push(position) })],
    })
    void one.caughtUp()
    await expect.poll(() => seen).toEqual([5_120])
    await one.stop()
  })
  it('is read again from what was handled when the log ends before what was read of it', async () => {
    const event = { ...(await published()), position: 700, previous: -1 }
    const pages = [
      (): FeedPage => ({ events: [], head: 1_000, next: 1_000 }),
      (after: number): FeedPage => (after < 700 ? { events: [event], head: 701, next: 701 } : { events: [], head: 701, next: after + 1 }),
    ]
    let [log] = pages
    const seen: number[] = []
    const one = partitionConsumer({
      id: 'test/topic/0', store: memoryStore(), logger: silentLogger, run: 200, refresh: async () => {}, feed: async after => log?.(after) ?? { events: [], head: 0 },
      handle: async events => { seen.push(...events.map(e => e.position)) },
    })
    one.reach(1)
    await one.idle()
    log = pages[1]
    one.reach(701)
    await one.idle()
    expect(seen).toEqual([700])
    await one.stop()
  })
  it('of a log that was put back is read from its end, whatever was asked for before', async () => {
    const [store, before, seen]: [ReturnType<typeof memoryStore>, PromiseWithResolvers<FeedPage>, number[]] = [memoryStore(), Promise.withResolvers(), []]
    await store.saveCheckpoint({ id: 'test/topic/0', next: 500, revision: 0 })
    const sent = await published()
    const now = [{ ...sent, position: 150, previous: 99 }, { ...sent, position: 600, previous: 150 }]
    let [asked, head] = [0, 100]
    const one = partitionConsumer({
      id: 'test/topic/0', store, logger: silentLogger, run: 200, refresh: async () => {},
      feed: async after => (asked++ === 0 ? before.promise : { events: now.filter(e => e.position > after && e.position < head), head, next: head }),
      handle: async events => { seen.push(...events.map(e => e.position)) },
    })
    one.reach(501)
    await expect.poll(() => asked).toBe(1)
    one.reach(100)
    before.resolve({ events: [], head: 100, next: 501 })
    await one.idle()
    head = 601
    one.reach(601)
    await one.idle()
    expect(seen).toEqual([150, 600])
    await one.stop()
  })
  it('of long commits reads hardly more of them than it gives', async () => {
    // A page that ends early because time is up moves all that follow it.
    vi.useFakeTimers({ toFake: ['performance'] })
    const long = commitOf('long', said({ text: 'x'.repeat(600_000) }))
    const { segments, end } = chain(Array.from({ length: 128 }, (_, i) => [{ ...long, id: `long${i}` }]))
    let read = 0
    const reader = logReader({
      service: 'project', partitions: 1, sequencers: [{ catchUp: async () => end, recent: () => [] }],
      store: {
        ...memoryStore(),
        findSegment: async id => { read++; return segments.find(segment => segment.id === id) },
        readPage: async function* (page, from) {
          for (const slice of slices(segments.filter(segment => segment.page === page && segment.first >= from))) {
            read += slice.length
            yield* slice
          }
        },
        pageIndex: async page => segments.filter(segment => segment.page === page),
      },
    })
    const positions: number[] = []
    for (let next = 0; next < end.next;) {
      read = 0
      const page = await reader.feed(0, next - 1, 500)
      // The first one twice: once to see that it begins there.
      expect(read).toBeLessThanOrEqual(page.events.length + 1)
      positions.push(...page.events.map(e => e.position))
      next = page.next ?? Infinity
    }
    expect(positions).toEqual(Array.from({ length: 128 }, (_, i) => i))
  })
})

const slices = function* <T>(all: readonly T[]) { for (let i = 0; i < all.length; i += 50) yield all.slice(i, i + 50) }
const published = async () => {
  const { log, published: all } = logOf({ partitions: 1 })
  await log.append(draft('p', 1, '', 'Sent'))
  await log.settled()
  return all()[0] ?? expect.fail('nothing was published')
}
