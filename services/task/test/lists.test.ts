import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeCursor } from '../../shared/kit/http/input/page.ts'
import { ann, bob, boss, foreigner, problemOf, stranger, viewer, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeAll(async () => { bench = await workbench() })
afterAll(() => bench.close())

type Row = { id: string; title: string; score: { value: number } }
const list = async (query: string, as = ann): Promise<{ items: Row[]; nextCursor: string | null }> => {
  const { status, body } = await bench.call(as, 'GET', `/api/tasks?${query}`)
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
  return Object(body)
}
const titles = async (query: string, as = ann): Promise<string[]> => (await list(query, as)).items.map(item => item.title)

describe('lists', () => {
  it('reads its own writes, in any order, by pages that stay put', async () => {
    for (const [i, priority] of (['low', 'urgent', 'none', 'high', 'medium'] as const).entries()) {
      await bench.created(`t${i}`, { priority, position: 10 - i, ...(i % 2 === 0 && { dueAt: `2026-03-0${9 - i}T00:00:00Z` }) })
      bench.clock.advance(1000)
    }
    expect(await titles('projectId=p1')).toEqual(['t4', 't3', 't2', 't1', 't0'])
    expect(await titles('projectId=p1&sort=createdAt')).toEqual(['t0', 't1', 't2', 't3', 't4'])
    expect(await titles('projectId=p1&sort=-priority')).toEqual(['t1', 't3', 't4', 't0', 't2'])
    expect(await titles('projectId=p1&sort=position')).toEqual(['t4', 't3', 't2', 't1', 't0'])
    expect((await titles('projectId=p1&sort=dueAt')).slice(0, 3)).toEqual(['t4', 't2', 't0'])
    const scores = (await list('projectId=p1&sort=-score')).items.map(item => item.score.value)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    const first = await list('projectId=p1&sort=title&limit=2')
    await bench.created('a new one before the cursor')
    expect(await titles(`projectId=p1&sort=title&limit=2&cursor=${first.nextCursor}`)).toEqual(['t2', 't3'])
  })
  it('takes back its own cursor, however long the titles it is sorted by', async () => {
    // Nothing is longer in a cursor than a character that JSON escapes.
    const longest = '\u0001'.repeat(498)
    for (const i of [1, 2]) await bench.created(`${longest}.${i}`, { labels: ['long'] })
    const { nextCursor } = await list('projectId=p1&label=long&sort=title&limit=1')
    expect(await titles(`projectId=p1&label=long&sort=title&limit=1&cursor=${nextCursor}`)).toEqual([`${longest}.2`])
    // One letter that is sorted by eighteen.
    for (let i = 0; i < 2; i++) await bench.created('\ufdfa'.repeat(500), { labels: ['wide'] })
    const wide = await list('projectId=p1&label=wide&sort=title&limit=1')
    expect(await titles(`projectId=p1&label=wide&sort=title&limit=1&cursor=${wide.nextCursor}`)).toHaveLength(1)
  })
  it('finds and sorts words whatever their accents and however they are composed', async () => {
    for (const title of ['Zebra', 'Mu\u0308ller', 'A\u0308pfel', '\u00c4hre', 'Muller 2', 'ﬁx']) await bench.created(title, { labels: ['folded'] })
    expect(await titles('projectId=p1&label=folded&sort=title')).toEqual(['\u00c4hre', 'A\u0308pfel', 'ﬁx', 'Mu\u0308ller', 'Muller 2', 'Zebra'])
    for (const q of ['m\u00fcller', 'mu\u0308ller']) expect((await titles(`projectId=p1&label=folded&sort=title&q=${encodeURIComponent(q)}`))).toEqual(['Mu\u0308ller', 'Muller 2'])
    expect(await titles('projectId=p1&label=folded&q=fix')).toEqual(['ﬁx'])
    const before = encodeCursor({ sort: 'title', key: 'apfel', id: 'x', at: bench.clock.now() })
    expect(problemOf(await bench.call(ann, 'GET', `/api/tasks?projectId=p1&sort=title&cursor=${before}`))).toEqual([400, 'bad-cursor'])
  })
  it('filters and searches', async () => {
    const task = await bench.created('Fix the Login page', { description: 'for guests', labels: ['web'], assigneeId: 'bob' })
    expect(await titles('projectId=p1&q=login%20GUESTS')).toEqual([task.title])
    expect(await titles('projectId=p1&label=web&assigneeId=bob&status=todo,done&priority=none')).toEqual([task.title])
    expect(await titles('projectId=p1&assigneeId=bob,nobody&label=other')).toEqual([])
    for (const day of ['05', '07', '09']) await bench.created(`due on ${day}`, { labels: ['dated'], dueAt: `2026-03-${day}T00:00:00Z` })
    expect(await titles('projectId=p1&label=dated&dueAfter=2026-03-06T00:00:00Z&dueBefore=2026-03-08T00:00:00Z')).toEqual(['due on 07'])
    bench.clock.advance(6 * 86_400_000)
    expect((await titles('projectId=p1&label=dated&overdue=true')).toSorted()).toEqual(['due on 05', 'due on 07'])
  })
  it('finds labels that have a comma in them, and each of those that are named', async () => {
    for (const label of ['home, garden', 'kitchen', 'cellar']) await bench.created(label, { labels: [label] })
    expect(await titles(`projectId=p1&sort=title&label=${encodeURIComponent('home, garden')}`)).toEqual(['home, garden'])
    expect(await titles('projectId=p1&sort=title&label=kitchen&label=cellar')).toEqual(['cellar', 'kitchen'])
    expect(await titles('projectId=p1&sort=title&label=kitchen,cellar')).toEqual(['cellar', 'kitchen'])
  })
  it('finds nothing for what has no letters left, and a word whatever its last sigma', async () => {
    await bench.created('ΟΔΟΣΗΜΑ')
    expect(await titles(`projectId=p1&q=${encodeURIComponent('\u00b4')}`)).toEqual([])
    expect(await titles(`projectId=p1&q=${encodeURIComponent('ΟΔΟΣ')}`)).toEqual(['ΟΔΟΣΗΜΑ'])
  })
  it('shows a change and a deletion at once', async () => {
    const { id } = await bench.created('soon gone')
    await bench.call(ann, 'PUT', `/api/tasks/${id}`, { title: 'renamed' })
    expect(await titles('projectId=p1&q=renamed')).toEqual(['renamed'])
    await bench.call(ann, 'DELETE', `/api/tasks/${id}`)
    expect(await titles('projectId=p1&q=renamed')).toEqual([])
    for (const sort of ['title', 'score']) expect(await titles(`projectId=p1&deleted=true&sort=${sort}`)).toEqual(['renamed'])
    expect(await titles('deleted=true', stranger)).toEqual([])
    await bench.call(ann, 'POST', `/api/tasks/${id}/restore`)
    expect(await titles('projectId=p1&deleted=true')).toEqual([])
  })
  it('without a project covers those that the caller may see', async () => {
    await bench.created('in the second', { projectId: 'p2' })
    expect(await titles('q=second')).toEqual(['in the second'])
    expect(await titles('q=second', viewer)).toEqual(['in the second'])
    expect(await titles('q=second', boss)).toEqual(['in the second'])
    expect(await titles('', stranger)).toEqual([])
    expect(await titles('', foreigner)).toEqual([])
    expect((await list('limit=200')).items.length).toBe((await list('limit=200&projectId=p1')).items.length + 1)
  })
  it('finds the subtasks of a task', async () => {
    const parent = await bench.created('parent')
    await bench.created('child', { parentId: parent.id })
    expect(await titles(`projectId=p1&parentId=${parent.id}`)).toEqual(['child'])
  })
  it('refuses bad queries', async () => {
    for (const query of [
      'limit=0', 'limit=201', 'limit=x', 'sort=nowhere', 'cursor=%7B%7D', 'cursor=e30', 'priority=most', 'overdue=yes', 'dueBefore=yesterday',
      'dueAfter=9999-01-01T00:00:00Z', 'projectId[$ne]=x', 'projectId=%7B%22%24ne%22%3Anull%7D', 'q=', 'status=a&status=b', 'unknown=1',
    ])
      expect([query, (await bench.call(bob, 'GET', `/api/tasks?${query}`)).status]).toEqual([query, 400])
    for (const query of ['priority=most', 'overdue=yes']) {
      const { body } = await bench.call(bob, 'GET', `/api/tasks?${query}`)
      expect(Object(body).errors).toMatchObject([{ path: `query.${query.split('=')[0]}` }])
    }
    const { nextCursor } = await list('projectId=p1&limit=1&sort=title')
    expect(problemOf(await bench.call(ann, 'GET', `/api/tasks?projectId=p1&sort=score&cursor=${nextCursor}`))).toEqual([400, 'bad-cursor'])
  })
})
