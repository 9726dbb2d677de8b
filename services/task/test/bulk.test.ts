import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ann, bob, problemOf, taskOf, viewer, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeAll(async () => { bench = await workbench() })
afterAll(() => bench.close())
type Result = { index: number; key: string | null; status: number; id: string | null; version: number | null; problem: { code: string } | null }
const bulk = async (operations: object[], as = ann): Promise<Result[]> => {
  const { status, body } = await bench.call(as, 'POST', '/api/tasks/bulk', { operations })
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
  return Object(body).results
}
const item = (key: string, over: object = {}, task: object = {}) => ({ op: 'create', key, task: { projectId: 'p1', title: key, ...task }, ...over })

describe('bulk', () => {
  it('gives each operation its own result', async () => {
    const { id } = await bench.created('there')
    const results = await bulk([
      item('good'), item('bad', {}, { projectId: 'nowhere' }), { op: 'update', id, fields: { title: 'changed' } }, { op: 'status', id, status: 'done' }, { op: 'status', id, status: 'in_progress' },
      { op: 'update', id, version: 1, fields: { title: 'stale' } }, { op: 'delete', id: 'nothing' }, { op: 'delete', id },
    ])
    expect(results.map(r => [r.index, r.status, r.problem?.code])).toEqual([
      [0, 201, undefined], [1, 404, 'unknown'], [2, 200, undefined], [3, 409, 'illegal-transition'], [4, 200, undefined], [5, 412, 'stale'], [6, 404, 'task-unknown'], [7, 204, undefined],
    ])
    expect((await bulk([item('x')], viewer)).map(r => r.status)).toEqual([403])
  })
  it('links new tasks by their keys, whatever their order, and keeps what a refused link leaves', async () => {
    const results = await bulk([item('child', { parentKey: 'parent', blockedByKeys: ['last'] }), item('parent'), item('last'), item('loop', { blockedByKeys: ['loop'] }), item('orphan', { parentKey: 'never seen' })])
    expect(results.map(r => r.problem?.code)).toEqual([undefined, undefined, undefined, 'self-dependency', 'parent-unknown'])
    const [child, parent, last, loop] = results
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${child?.id}`))).toMatchObject({ parentId: parent?.id, blockedBy: [last?.id], version: child?.version })
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${loop?.id}`)).blockedBy).toEqual([])
    expect((await bulk([item('later', { blockedByKeys: ['parent'] })])).map(r => r.status)).toEqual([201])
  })
  it('creates nothing past an open blocker, whatever the order', async () => {
    const results = await bulk([
      item('held', { blockedByKeys: ['open'] }, { status: 'in_progress' }), item('open'), item('after', { blockedByKeys: ['shut'] }, { status: 'done' }), item('shut', {}, { status: 'done' }),
      item('one', { blockedByKeys: ['other'] }, { status: 'done' }), item('other', { blockedByKeys: ['one'] }, { status: 'done' }), item('below', { parentKey: 'one' }),
    ])
    expect(results.map(r => [r.key, r.problem?.code])).toEqual([['held', 'task-blocked'], ['open', undefined], ['after', undefined], ['shut', undefined], ['one', undefined], ['other', 'dependency-cycle'], ['below', undefined]])
    expect([results[0]?.id, (await bulk([item('started', {}, { status: 'done', blockedBy: [results[1]?.id] })])).map(r => r.problem?.code)]).toEqual([null, ['task-blocked']])
  })
  it('has one effect however often it is sent', async () => {
    const { id } = await bench.created('once')
    const operations = [item('k1'), item('k2', { blockedByKeys: ['k1'] }), { op: 'update', key: 'u1', id, fields: { title: 'new' } }, { op: 'status', key: 's1', id, status: 'in_progress' }, { op: 'delete', key: 'd1', id }]
    const first = await bulk(operations)
    // The version is that of now, not of then.
    const last = Object.fromEntries(first.map(r => [r.id, r.version]))
    expect(await bulk(operations)).toEqual(first.map(r => ({ ...r, version: last[r.id ?? ''] ?? null })).map(r => (r.key === 'k1' ? { ...r, version: 2 } : r)))
    expect(first.map(r => r.status)).toEqual([201, 201, 200, 200, 204])
    expect((await bulk(operations.slice(0, 1), bob)).map(r => r.id)).not.toEqual(first.slice(0, 1).map(r => r.id))
  })
  it('refuses 501 operations, none, and unknown ones', async () => {
    for (const operations of [Array.from({ length: 501 }, (_, i) => item(`n${i}`)), [], [{ op: 'explode' }], [{ ...item('z'), extra: 1 }], 'all'])
      expect(problemOf(await bench.call(ann, 'POST', '/api/tasks/bulk', { operations }))).toEqual([400, 'invalid'])
  })
})
