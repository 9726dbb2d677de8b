import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { endOf, segmentAt, segmentsFrom, START } from '../../services/shared/kit/events/positions/segments.ts'
import type { CommitStore, DeadLetter, Segment } from '../../services/shared/kit/events/store/store.ts'
import { commitOf, nasty } from './samples.ts'

const collected = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** What the event log relies on, whatever the store. */
export const storeContract = (name: string, open: () => Promise<CommitStore>): void => {
  describe(`the event log's store: ${name}`, () => {
    let store: CommitStore
    const versionsOf = async (id: string, after?: number): Promise<number[]> => {
      const versions: number[] = []
      await store.readStream(`org/thing/${id}`, c => { versions.push(c.version) }, after)
      return versions
    }
    beforeAll(async () => {
      store = await open()
      await store.prepare()
      await store.prepare()
    })

    describe('commits', () => {
      it('reads back what was appended, and a stream by version', async () => {
        const commits = [3, 1, 2].map(version => commitOf('a', version))
        expect(await store.append(commits)).toEqual(['inserted', 'inserted', 'inserted'])
        expect(await store.findCommit(commits[0]!.id)).toEqual(commits[0])
        expect(await versionsOf('a')).toEqual([1, 2, 3])
        expect(await versionsOf('a', 1)).toEqual([2, 3])
        expect(await store.findCommit('org/thing/a:9')).toBeUndefined()
      })
      it('says for each of a batch whether it was taken', async () => {
        await store.append([commitOf('b', 1)])
        expect(await store.append([commitOf('b', 1), commitOf('b', 2), commitOf('b', 2), commitOf('b', 3)])).toEqual(['taken', 'inserted', 'taken', 'inserted'])
        expect(await store.append([commitOf('b', 3)])).toEqual(['taken'])
        expect(await versionsOf('b')).toEqual([1, 2, 3])
      })
      it('reads a long stream by version, as far as it is wanted', async () => {
        const all = Array.from({ length: 120 }, (_, i) => i + 1)
        // The store may hold them in any order, and ends a stream nowhere near its slices.
        await store.append([...all.slice(0, 60).toReversed(), ...all.slice(60)].map(version => commitOf('long', version)))
        expect(await versionsOf('long')).toEqual(all)
        expect(await versionsOf('long', 70)).toEqual(all.slice(70))
        const seen: number[] = []
        await store.readStream('org/thing/long', c => { seen.push(c.version); return c.version < 40 })
        expect(seen).toEqual(all.slice(0, 40))
      })
      it('lets exactly one of many have a version', async () => {
        const results = await Promise.all(Array.from({ length: 20 }, () => store.append([commitOf('c', 1)])))
        expect(results.flat().filter(r => r === 'inserted')).toHaveLength(1)
      })
      it('keeps every text and key as it is', async () => {
        const commit = commitOf('d', 1, nasty)
        await store.append([commit])
        expect(await store.findCommit(commit.id)).toEqual(commit)
      })
      it('keeps any JSON as it is', async () => {
        let n = 0
        await fc.assert(fc.asyncProperty(fc.jsonValue(), async value => {
          const commit = commitOf('e', ++n, { value: JSON.parse(JSON.stringify(value)) })
          await store.append([commit])
          expect(await store.findCommit(commit.id)).toEqual(commit)
        }), { numRuns: 25 })
      })
      it('finds a command of a stream, and the commits of a journal chunk', async () => {
        const commit = commitOf('f', 1)
        await store.append([commit])
        expect(await store.findCommand(commit.stream, commit.commandId)).toEqual(commit)
        expect(await store.findCommand(commit.stream, 'other')).toBeUndefined()
        expect((await store.readChunk(commit.journal)).map(c => c.id)).toContain(commit.id)
        expect(await store.readChunk('nobody:0')).toEqual([])
      })
    })

    it('gives a position to one segment, and reads a page by position', async () => {
      const first = segmentAt(9, START, [commitOf('g', 1)], '2026-01-01T00:00:00.000Z')
      const rival = segmentAt(9, START, [commitOf('h', 1)], '2026-01-01T00:00:00.000Z')
      expect([await store.addSegment(first), await store.addSegment(rival)]).toEqual(['inserted', 'taken'])
      const second = segmentAt(9, { next: 1, previous: 0, hash: first.hash }, [commitOf('h', 1)], '2026-01-01T00:00:00.000Z')
      await store.addSegment(second)
      expect(await collected(store.readPage('9:0', 0))).toEqual([first, second])
      expect(await collected(store.readPage('9:0', 1))).toEqual([second])
      expect(await store.findSegment('9:1')).toEqual(second)
      expect(await collected(store.readPage('9:1', 0))).toEqual([])
      expect((await store.pageIndex('9:0')).map(({ id, first: at, count, hash }) => [id, at, count, hash])).toEqual([first, second].map(s => [s.id, s.first, s.count, s.hash]))
    })
    it('reads a full page by position whatever the order in which it was written, and can be left in the midst of it', async () => {
      const all: Segment[] = []
      for (let i = 0; i < 120; i++) all.push(segmentAt(8, all.at(-1) ? endOf(all.at(-1)!) : START, [commitOf(`page${i}`, 1)], '2026-01-01T00:00:00.000Z'))
      for (const segment of [...all.slice(0, 60).toReversed(), ...all.slice(60)]) await store.addSegment(segment)
      expect((await collected(store.readPage('8:0', 20))).map(s => s.first)).toEqual(all.slice(20).map(s => s.first))
      for await (const { first } of store.readPage('8:0', 0)) if (first === 7) break
      expect((await collected(segmentsFrom(store, 8, 5))).map(s => s.first)).toEqual(all.slice(5).map(s => s.first))
    })

    it('keeps writers', async () => {
      await store.saveWriter({ id: 'w1', open: [0], beat: 1, heads: [START] })
      await store.saveWriter({ id: 'w1', open: [2, 4], beat: 2, heads: [{ next: 5, previous: 4, hash: 'x' }] })
      expect((await store.writers()).filter(w => w.id === 'w1')).toEqual([{ id: 'w1', open: [2, 4], beat: 2, heads: [{ next: 5, previous: 4, hash: 'x' }] }])
      await store.saveWriter({ id: 'w2', open: [0], beat: 1, heads: [START], shapes: { tasks: 2 } })
      await store.saveRecovered('w1', { beat: 2, commits: 7 })
      await store.saveWriter({ id: 'w1', open: [2, 4], beat: 3, heads: [START] })
      expect((await store.writers()).toSorted((a, b) => (a.id < b.id ? -1 : 1)).filter(w => w.id.startsWith('w'))).toEqual([
        { id: 'w1', open: [2, 4], beat: 3, heads: [START], recovered: { beat: 2, commits: 7 } },
        { id: 'w2', open: [0], beat: 1, heads: [START], shapes: { tasks: 2 } },
      ])
      await store.removeWriter('w1', 2)
      expect((await store.writers()).filter(w => w.id === 'w1')).toMatchObject([{ beat: 3, recovered: { beat: 2 } }])
      await store.removeWriter('w1', 3)
      await store.removeWriter('w2', 1)
      expect((await store.writers()).filter(w => w.id === 'w1')).toEqual([])
    })

    it('lets one of two advance a checkpoint', async () => {
      expect(await store.checkpoint('c1')).toBeUndefined()
      const created = await Promise.all([3, 4].map(next => store.saveCheckpoint({ id: 'c1', next, revision: 0 })))
      expect(created.toSorted()).toEqual([false, true])
      const advanced = await Promise.all([5, 6].map(next => store.saveCheckpoint({ id: 'c1', next, revision: 1 })))
      expect(advanced.toSorted()).toEqual([false, true])
      expect((await store.checkpoint('c1'))?.revision).toBe(2)
      for (let revision = 2; revision < 12; revision++) expect(await store.saveCheckpoint({ id: 'c1', next: 10 + revision, revision })).toBe(true)
      expect(await store.checkpoint('c1')).toEqual({ id: 'c1', next: 21, revision: 12 })
      for (const revision of [0, 10, 11]) expect(await store.saveCheckpoint({ id: 'c1', next: 0, revision })).toBe(false)
      await store.saveCheckpoint({ id: 'v1', next: 1, revision: 0, shape: 2, since: [3, 0] })
      expect(await store.checkpoint('v1')).toEqual({ id: 'v1', next: 1, revision: 1, shape: 2, since: [3, 0] })
    })

    it('keeps dead letters and changes only those that wait', async () => {
      const letter = (id: string, state: DeadLetter['state']): DeadLetter => ({
        id, consumer: 'k', topic: 't', partition: 0, position: 1, subject: 's', organizationId: 'o', state, event: nasty,
        reason: 'no', attempts: 5, behind: null, traceId: null, at: '2026-01-01T00:00:00.000Z',
      })
      expect([
        await store.addDeadLetter(letter('l2', 'waiting')),
        await store.addDeadLetter(letter('l1', 'waiting')),
        await store.addDeadLetter(letter('l1', 'waiting')),
      ]).toEqual(['inserted', 'inserted', 'taken'])
      expect((await store.deadLetters({ consumer: 'k', state: 'waiting' })).map(l => l.id)).toEqual(['l1', 'l2'])
      expect((await store.deadLetters({ consumer: 'k', after: 'l1', limit: 1 })).map(l => l.id)).toEqual(['l2'])
      expect(await store.deadLetter('l1')).toEqual(letter('l1', 'waiting'))
      // One of many who settle it at once has settled it; its end is the one that he gave it.
      const ends = (['replayed', 'skipped'] as const).flatMap(to => Array.from({ length: 8 }, () => to))
      const won = (await Promise.all(ends.map(async to => ({ to, won: await store.moveDeadLetter('l1', 'waiting', to) })))).filter(m => m.won)
      expect(won).toHaveLength(1)
      expect((await store.deadLetter('l1'))?.state).toBe(won[0]?.to)
      expect(await store.moveDeadLetter('l1', 'waiting', 'skipped')).toBe(false)
      expect(await store.deadLetters({ organizationId: 'other' })).toEqual([])
      expect(await store.waitingLetters('k')).toEqual([{ id: 'l2', topic: 't', subject: 's', position: 1, behind: null }])
      expect([await store.waitingLetters('k', 'another'), await store.waitingLetters('another')]).toEqual([[], []])
    })

    describe('documents', () => {
      type Row = { _id: string; version: number; title: string; rank: number }
      const row = (id: string, version: number, title = `v${version}`): Row => ({ _id: id, version, title, rank: version })
      it('lets the newest version win, whatever the order and the way', async () => {
        const write = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }), fc.boolean())
        await fc.assert(fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 12 }), async writes => {
          const rows = store.documents<Row>('things')
          await rows.drop()
          await rows.ensureIndexes(['title'])
          const newest = new Map<string, number>()
          for (const [id, version, fresh] of writes) {
            await rows.put([row(`d${id}`, version)], fresh)
            newest.set(`d${id}`, Math.max(newest.get(`d${id}`) ?? 0, version))
          }
          const found = await rows.find({}, { sort: { _id: 1 } })
          expect(found).toEqual([...newest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, version]) => row(id, version)))
        }), { numRuns: 15 })
      })
      it('lets the newest version win when both are written at once', async () => {
        const rows = store.documents<Row>('at once')
        await rows.ensureIndexes([])
        const ids = Array.from({ length: 200 }, (_, i) => `r${i}`)
        await rows.put(ids.map(id => row(id, 1)), true)
        for (const id of ids) await Promise.all([6, 5].map(version => rows.put([row(id, version)])))
        expect((await rows.find({})).filter(r => r.version !== 6)).toEqual([])
      })
      it('takes batches of which some are known, some stale and some new', async () => {
        const rows = store.documents<Row>('batches')
        await rows.put([row('a', 1), row('b', 1), row('c', 5)], true)
        await rows.put([row('a', 2), row('c', 3), row('d', 4)], false)
        await rows.put([row('a', 1), row('e', 1)], true)
        expect((await rows.find({}, { sort: { _id: 1 } })).map(r => [r._id, r.version])).toEqual([['a', 2], ['b', 1], ['c', 5], ['d', 4], ['e', 1]])
      })
      it('does not bring back what is gone', async () => {
        const rows = store.documents<Row>('gone')
        await rows.put([row('a', 1)], true)
        await rows.put([{ _id: 'a', version: 3, gone: true }], false)
        await rows.put([row('a', 2)], false)
        expect([await rows.find({}), await rows.findOne({ _id: 'a' })]).toEqual([[], undefined])
      })
      it('keeps as one text what queries do not name, reads what was kept before as well, and refuses a query that would find nothing', async () => {
        await store.documents<Row>('before').put([row('a', 1, 'one'), row('b', 1, 'two')], true)
        const rows = store.documents<Row>('before', ['title'])
        await rows.put([row('b', 2, 'two'), row('c', 1, 'two')], false)
        await rows.put([{ _id: 'a', version: 2, gone: true }], false)
        await rows.put([row('b', 1, 'one')], true)
        expect(await rows.find({ title: 'two' }, { sort: { _id: 1 } })).toEqual([row('b', 2, 'two'), row('c', 1, 'two')])
        const seen: unknown[] = []
        await rows.each(r => { if (!('gone' in r)) seen.push(r.rank) })
        expect(seen.toSorted()).toEqual([1, 2])
        const named = store.documents<Row>('named', ['title'])
        for (const query of [{ rank: 1 }, { $or: [{ title: 'two' }, { rank: 1 }] }]) await expect(named.find(query)).rejects.toThrow('rank')
        await expect(named.find({}, { sort: { rank: 1 } })).rejects.toThrow('rank')
      })
      it('queries by equality and range, sorted and paged', async () => {
        const rows = store.documents<Row>('queried')
        await rows.put([1, 2, 3, 4, 5].map(n => row(`q${n}`, n, n % 2 ? 'odd' : 'even')), true)
        expect((await rows.find({ title: 'odd' }, { sort: { rank: -1 }, limit: 2 })).map(r => r.rank)).toEqual([5, 3])
        expect((await rows.find({ rank: { $gt: 2, $lte: 4 }, title: { $in: ['even'] } })).map(r => r.rank)).toEqual([4])
        expect(await rows.find({ title: 'even' })).toHaveLength(2)
        const odd: number[] = []
        await rows.eachOf({ title: 'odd' }, r => { odd.push(r.rank) })
        expect(odd.toSorted()).toEqual([1, 3, 5])
      })
      it('finds by what a field is not, also where there is none yet', async () => {
        const rows = store.documents<{ _id: string; version: number; shut?: boolean }>('shut')
        await rows.put([{ _id: 'a', version: 1 }, { _id: 'b', version: 1, shut: true }, { _id: 'c', version: 1, shut: false }], true)
        expect((await rows.find({ shut: { $ne: true } }, { sort: { _id: 1 } })).map(r => r._id)).toEqual(['a', 'c'])
      })
    })
  })
}
