import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TaskSort } from '../../shared/contracts/task/http.ts'
import { memoryDocuments } from '../../shared/kit/events/store/memory-documents.ts'
import { aRow, t0 } from '../test/examples.ts'
import { score } from '../domain/score.ts'
import { filterOf } from './filter.ts'
import type { Place } from './order.ts'
import type { TaskRow } from './task-document.ts'
import { taskLists } from './task-lists.ts'

const instants = [t0, '2026-03-05T09:00:00.000Z', '2026-03-09T09:00:00.000Z']
const letters = 'abcdefghij'.split('')
const row = fc.record({
  _id: fc.constantFrom(...letters), version: fc.integer({ min: 1, max: 9 }), projectId: fc.constantFrom('p1', 'p2'),
  title: fc.constantFrom('Alpha', 'beta', 'Gamma'), description: fc.constantFrom('', 'about beta'),
  priority: fc.constantFrom('none' as const, 'high' as const, 'urgent' as const), status: fc.constantFrom('todo', 'done'),
  dueAt: fc.constantFrom(null, ...instants), createdAt: fc.constantFrom(...instants), updatedAt: fc.constantFrom(...instants),
  position: fc.nat(3), assigneeId: fc.constantFrom(null, 'ann', 'bob'), labels: fc.subarray(['red', 'blue']),
  deleted: fc.boolean(), blocks: fc.subarray(letters.slice(0, 3)),
}).map((some): TaskRow => ({ ...aRow, ...some, category: some.status === 'done' ? 'done' : 'open' }))
const query = fc.record({
  status: fc.option(fc.constantFrom('todo', 'done', 'todo,done'), { nil: undefined }),
  assigneeId: fc.option(fc.constantFrom('ann', 'none', 'bob,none'), { nil: undefined }),
  label: fc.option(fc.constantFrom<string[]>(['red'], ['red,blue'], ['red', 'blue']), { nil: undefined }),
  priority: fc.option(fc.constantFrom('high', 'urgent,none'), { nil: undefined }),
  overdue: fc.option(fc.constantFrom('true' as const, 'false' as const), { nil: undefined }),
  q: fc.option(fc.constantFrom('beta', 'ALPHA about'), { nil: undefined }),
  deleted: fc.option(fc.constant('true' as const), { nil: undefined }),
  dueBefore: fc.option(fc.constant('2026-03-09T09:00:00Z'), { nil: undefined }),
  dueAfter: fc.option(fc.constant(t0), { nil: undefined }),
})
const now = '2026-03-06T00:00:00.000Z'

type Stall = { result: unknown; longest: number; took: number }
/** What work comes to, how long it computes, and how long at most while a timer of a millisecond waits; 0 when that had no turn at all. */
const stallOf = async (work: () => Promise<unknown>): Promise<Stall> => {
  const computed = (): number => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1_000 }
  const began = computed()
  let [longest, last] = [0, began]
  const timer = setInterval(() => { const now = computed(); longest = Math.max(longest, now - last); last = now }, 1)
  const result = await work()
  clearInterval(timer)
  return { result, longest, took: computed() - began }
}
/** The least stall of three turns with the same work anew: what garbage is collected in one of them says nothing about it. */
const leastStall = async (prepare: () => Promise<() => Promise<unknown>>): Promise<Stall> => {
  const turn = async (): Promise<Stall> => stallOf(await prepare())
  const first = await turn()
  return [await turn(), await turn()].reduce((least, other) => (other.longest < least.longest ? other : least), first)
}
const nowhere = async (): Promise<undefined> => undefined

/** The slow and plain way: everything read, filtered and sorted at once. */
const direct = (rows: TaskRow[], matches: (row: TaskRow) => boolean, sort: TaskSort): string[] => {
  const open = (id: string): boolean => rows.some(r => r._id === id && !r.deleted && r.category === 'open')
  const weights = { none: 0, low: 1, medium: 2, high: 3, urgent: 4 }
  const name = sort.replace('-', '')
  const value = (r: TaskRow): string | number | null => {
    if (name === 'score') return score(r, now, { blocking: r.blocks.filter(open).length, waitingFor: 0 }).value
    if (name === 'priority') return weights[r.priority]
    if (name === 'title') return r.title.toLowerCase()
    return name === 'dueAt' ? r.dueAt : name === 'position' ? r.position : name === 'updatedAt' ? r.updatedAt : r.createdAt
  }
  const byId = rows.filter(matches).toSorted((a, b) => (a._id < b._id ? -1 : 1))
  const some = byId.filter(r => value(r) !== null).toSorted((a, b) => {
    const [x, y] = [value(a) ?? 0, value(b) ?? 0]
    return (x < y ? -1 : x > y ? 1 : 0) * (sort.startsWith('-') ? -1 : 1)
  })
  return [...some, ...byId.filter(r => value(r) === null)].map(r => r._id)
}

describe('the lists in memory', () => {
  it('give page by page what a direct query gives, while rows come, change and go', () => fc.assert(fc.asyncProperty(
    fc.array(row, { maxLength: 30 }), fc.array(row, { maxLength: 30 }), query, fc.constantFrom(...TaskSort.options), fc.integer({ min: 1, max: 4 }),
    async (first, later, asked, sort, limit) => {
      const stored = memoryDocuments<TaskRow>()
      await stored.put(first, false)
      const lists = taskLists({ find: filter => stored.find(filter), load: nowhere })
      const matches = filterOf(asked, now)
      const read = async (): Promise<string[]> => {
        const ids: string[] = []
        for (let after: Place | undefined; ;) {
          const found = await lists.find('acme', ['p1'], { matches, sort, after, count: limit + 1, now })
          ids.push(...found.slice(0, limit).map(f => f.row._id))
          if (found.length <= limit) return ids
          after = found[limit - 1]?.place
        }
      }
      const truth = async (): Promise<string[]> => direct((await stored.find({ projectId: 'p1' })), matches, sort)
      expect(await read()).toEqual(await truth())
      const moves = (task: TaskRow): boolean => [...first, ...later].some(other => other._id === task._id && other.projectId !== task.projectId)
      for (const change of later.filter(task => !moves(task))) {
        await stored.put([change], false)
        lists.put(change)
      }
      expect(await read()).toEqual(await truth())
    }), { numRuns: 150 }))

  it('hold no more tasks than they may, and read again what was dropped', async () => {
    const reads: string[] = []
    const lists = taskLists({
      maxTasks: 25, load: nowhere,
      find: async equal => {
        const projectId = 'projectId' in equal ? equal.projectId : ''
        reads.push(projectId)
        return Array.from({ length: 10 }, (_, i) => ({ ...aRow, _id: `${projectId}-${i}`, projectId }))
      },
    })
    const all = { matches: () => true, sort: 'createdAt', after: undefined, count: 100, now } as const
    for (const id of ['p1', 'p2', 'p1', 'p3', 'p1', 'p2']) expect(await lists.find('acme', [id], all)).toHaveLength(10)
    expect(reads).toEqual(['p1', 'p2', 'p3', 'p2'])
    expect(lists.size).toBeLessThanOrEqual(25)
  })

  it("find a person's tasks in many projects without reading a whole one, with the scores that their links give", async () => {
    const person = (i: number): string | null => (i < 2 ? 'ann' : null)
    const rows = ['p1', 'p2', 'p3', 'p4', 'p5'].flatMap(projectId => Array.from({ length: 10 }, (_, i): TaskRow => ({
      ...aRow, _id: `${projectId}-${i}`, projectId, assigneeId: person(i), position: i,
      ...(i === 1 && { blocks: [`${projectId}-8`, `${projectId}-9`] }), ...(i > 7 && { blockedBy: [`${projectId}-1`] }),
    })))
    const stored = memoryDocuments<TaskRow>()
    await stored.put(rows, false)
    const asked: object[] = []
    const lists = taskLists({ maxTasks: 25, find: equal => { asked.push(equal); return stored.find(equal) }, load: async (_, id) => rows.find(one => one._id === id) })
    const wanted = (sort: TaskSort) => ({ matches: filterOf({ assigneeId: 'ann' }, now), sort, after: undefined, count: 100, now })
    const seen = ['p1', 'p2', 'p3', 'p4']
    for (const sort of ['position', '-score'] as const) {
      const found = await lists.find('acme', seen, wanted(sort), { assigneeId: 'ann' })
      const half = sort === 'position' ? ['0', '1'] : ['1', '0']
      expect(found.map(f => f.row._id)).toEqual(half.flatMap(i => seen.map(projectId => `${projectId}-${i}`)))
      expect(found.map(f => f.index.countsOf(f.row).blocking)).toEqual(half.flatMap(i => seen.map(() => (i === '1' ? 2 : 0))))
    }
    expect([asked, lists.size]).toEqual([[{ organizationId: 'acme', assigneeId: 'ann' }, { organizationId: 'acme', assigneeId: 'ann' }], 0])
    await lists.open('acme', 'p2')
    expect(await lists.find('acme', seen, wanted('position'), { assigneeId: 'ann' })).toHaveLength(8)
  })

  it('take a change that comes while they are read', async () => {
    const gate = Promise.withResolvers<void>()
    const lists = taskLists({ load: nowhere, find: async () => { await gate.promise; return [{ ...aRow, _id: 'a', title: 'old' }] } })
    const found = lists.find('acme', ['p1'], { matches: () => true, sort: 'title', after: undefined, count: 10, now })
    lists.put({ ...aRow, _id: 'a', version: 2, title: 'new' })
    gate.resolve()
    expect((await found).map(f => f.row.title)).toEqual(['new'])
  })

  it.each(['title', 'score'] as const)('let others have their turn while they search ten thousand long texts, by %s', async sort => {
    const { result, longest, took } = await leastStall(async () => {
      const rows = Array.from({ length: 10_000 }, (_, i): TaskRow => ({ ...aRow, _id: `t${i}`, description: 'é'.repeat(500) }))
      const lists = taskLists({ load: nowhere, find: async () => rows })
      await lists.open('acme', 'p1')
      const wanted = { matches: filterOf({ q: 'nowhere' }, now), sort, after: undefined, count: 10, now }
      return () => lists.find('acme', ['p1'], wanted)
    })
    expect(result).toEqual([])
    expect(longest).toBeGreaterThan(0)
    expect(longest).toBeLessThan(Math.max(50, took / 2))
  })
  it.each(['title', 'score'] as const)('let others have their turn while they search a hundred small projects, by %s', async sort => {
    const rowsOf = (projectId: string) => Array.from({ length: 200 }, (_, i): TaskRow => ({ ...aRow, _id: `${projectId}-${i}`, projectId, description: 'é'.repeat(100) }))
    const projects = Array.from({ length: 100 }, (_, i) => `p${i}`)
    const { result, longest, took } = await leastStall(async () => {
      const lists = taskLists({ load: nowhere, find: async equal => ('projectId' in equal ? rowsOf(equal.projectId) : []) })
      for (const id of projects) await lists.open('acme', id)
      const wanted = { matches: filterOf({ q: 'nowhere' }, now), sort, after: undefined, count: 10, now }
      return () => lists.find('acme', projects, wanted)
    })
    expect(result).toEqual([])
    expect(longest).toBeGreaterThan(0)
    expect(longest).toBeLessThan(Math.max(50, took / 2))
  })
  it('give what was there when they began to look, though rows go meanwhile', async () => {
    const rows = Array.from({ length: 2_000 }, (_, i): TaskRow => ({ ...aRow, _id: `t${String(i).padStart(4, '0')}`, description: 'é'.repeat(500) }))
    const lists = taskLists({ load: nowhere, find: async () => rows })
    await lists.open('acme', 'p1')
    const finding = lists.find('acme', ['p1'], { matches: filterOf({ q: 'é' }, now), sort: 'position', after: undefined, count: 5_000, now })
    setImmediate(() => { for (const gone of rows.slice(0, 100)) lists.put({ ...gone, version: 2, position: 9 }) })
    expect(new Set((await finding).map(f => f.row._id)).size).toBe(2_000)
  })

  it('are read again after a read that failed', async () => {
    let down = true
    const lists = taskLists({ load: nowhere, find: async () => { if (down) throw new Error('away'); return [aRow] } })
    const all = { matches: () => true, sort: 'title', after: undefined, count: 10, now } as const
    await expect(lists.find('acme', ['p1'], all)).rejects.toThrow('away')
    down = false
    expect(await lists.find('acme', ['p1'], all)).toHaveLength(1)
  })
})
