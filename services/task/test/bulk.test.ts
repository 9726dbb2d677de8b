import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Task } from '../../shared/contracts/task/model.ts'
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
      item('good'), item('bad', {}, { projectId: 'nowhere' }), { op: 'update', id, fields: { title: 'changed' } },
      { op: 'status', id, status: 'done' }, { op: 'status', id, status: 'in_progress' },
      { op: 'update', id, version: 1, fields: { title: 'stale' } }, { op: 'delete', id: 'nothing' }, { op: 'delete', id },
    ])
    expect(results.map(r => [r.index, r.status, r.problem?.code])).toEqual([
      [0, 201, undefined], [1, 404, 'unknown'], [2, 200, undefined],
      [3, 409, 'illegal-transition'], [4, 200, undefined],
      [5, 412, 'stale'], [6, 404, 'task-unknown'], [7, 204, undefined],
    ])
    expect((await bulk([item('x')], viewer)).map(r => r.status)).toEqual([403])
  })
  it('links new tasks by their keys, whatever their order, and keeps what a refused link leaves', async () => {
    const results = await bulk([
      item('child', { parentKey: 'parent', blockedByKeys: ['last'] }), item('parent'), item('last'),
      item('loop', { blockedByKeys: ['loop'] }), item('orphan', { parentKey: 'never seen' }),
    ])
    expect(results.map(r => r.problem?.code)).toEqual([undefined, undefined, undefined, 'self-dependency', 'parent-unknown'])
    const [child, parent, last, loop] = results
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${child?.id}`))).toMatchObject({ parentId: parent?.id, blockedBy: [last?.id], version: child?.version })
    expect(taskOf(await bench.call(ann, 'GET', `/api/tasks/${loop?.id}`)).blockedBy).toEqual([])
    expect((await bulk([item('later', { blockedByKeys: ['parent'] })])).map(r => r.status)).toEqual([201])
  })
  it('creates nothing past an open blocker, whatever the order', async () => {
    const results = await bulk([
      item('held', { blockedByKeys: ['open'] }, { status: 'in_progress' }), item('open'),
      item('after', { blockedByKeys: ['shut'] }, { status: 'done' }), item('shut', {}, { status: 'done' }),
      item('one', { blockedByKeys: ['other'] }, { status: 'done' }), item('other', { blockedByKeys: ['one'] }, { status: 'done' }), item('below', { parentKey: 'one' }),
    ])
    expect(results.map(r => [r.key, r.problem?.code])).toEqual([
      ['held', 'task-blocked'], ['open', undefined], ['after', undefined], ['shut', undefined],
      ['one', undefined], ['other', 'dependency-cycle'], ['below', undefined],
    ])
    expect([results[0]?.id, (await bulk([item('started', {}, { status: 'done', blockedBy: [results[1]?.id] })])).map(r => r.problem?.code)]).toEqual([null, ['task-blocked']])
  })
  it('has one effect however often it is sent', async () => {
    const { id } = await bench.created('once')
    const operations = [
      item('k1'), item('k2', { blockedByKeys: ['k1'] }), { op: 'update', key: 'u1', id, fields: { title: 'new' } },
      { op: 'status', key: 's1', id, status: 'in_progress' }, { op: 'delete', key: 'd1', id },
    ]
    const first = await bulk(operations)
    // The version is that of now, not of then.
    const last = Object.fromEntries(first.map(r => [r.id, r.version]))
    expect(await bulk(operations)).toEqual(first.map(r => ({ ...r, version: last[r.id ?? ''] ?? null })).map(r => (r.key === 'k1' ? { ...r, version: 2 } : r)))
    expect(first.map(r => r.status)).toEqual([201, 201, 200, 200, 204])
    expect((await bulk(operations.slice(0, 1), bob)).map(r => r.id)).not.toEqual(first.slice(0, 1).map(r => r.id))
  })
  it('moves many tasks of one project at once', async () => {
    const made = await bulk([item('above'), ...Array.from({ length: 20 }, (_, i) => item(`moved ${i}`))])
    const [above, ...moved] = made.map(r => r.id)
    const results = await bulk(moved.map(id => ({ op: 'update', id, fields: { parentId: above } })))
    expect(results.map(r => r.status)).toEqual(moved.map(() => 200))
    expect(Object((await bench.call(ann, 'GET', `/api/tasks?projectId=p1&parentId=${above}`)).body).items).toHaveLength(20)
  })
  it('keeps new tasks in the order in which they were sent, each at a place of its own', async () => {
    const keys = Array.from({ length: 10 }, (_, i) => `row ${(i * 7) % 10}`)
    await bulk(keys.map(key => item(key, {}, { labels: ['rows'] })))
    const { items } = Object((await bench.call(ann, 'GET', '/api/tasks?projectId=p1&label=rows&sort=position')).body)
    expect(items.map((task: Task) => task.title)).toEqual(keys)
    expect(new Set(items.map((task: Task) => task.position)).size).toBe(10)
  })
  it('does what could not be done in a repetition with the same Idempotency-Key, in the order in which it was sent', async () => {
    const own = await workbench()
    const [held, free] = [await own.created('held'), await own.created('free')]
    const operations = [
      item('linked', { blockedByKeys: ['blocker'] }), item('blocker'), item('late', { blockedByKeys: ['blocker'] }, { assigneeId: 'zoe' }),
      { op: 'update', id: held.id, fields: { assigneeId: 'zoe' } }, { op: 'update', id: held.id, fields: { assigneeId: 'bob' } },
      { op: 'update', id: free.id, fields: { title: 'changed' } },
      item('below late', { parentKey: 'late' }), item('after late', { blockedByKeys: ['late'] }),
    ]
    const send = async (): Promise<Result[]> => Object((await own.call(ann, 'POST', '/api/tasks/bulk', { operations }, { 'idempotency-key': 'k1' })).body).results
    const zoe = { userId: 'zoe', role: 'contributor', allocationPercent: 0 } as const
    own.dapr.down = true
    expect((await send()).map(r => r.status)).toEqual([201, 201, 503, 503, 503, 200, 503, 503])
    own.dapr.down = false
    own.projects.get('p1')?.members.push(zoe)
    const again = await send()
    expect(again.map(r => r.status)).toEqual([201, 201, 201, 200, 200, 200, 201, 201])
    expect(taskOf(await own.call(ann, 'GET', `/api/tasks/${again[2]?.id}`)).blockedBy).toEqual([again[1]?.id])
    expect(taskOf(await own.call(ann, 'GET', `/api/tasks/${again[6]?.id}`)).parentId).toBe(again[2]?.id)
    expect(taskOf(await own.call(ann, 'GET', `/api/tasks/${again[7]?.id}`)).blockedBy).toEqual([again[2]?.id])
    expect(taskOf(await own.call(ann, 'GET', `/api/tasks/${held.id}`)).assigneeId).toBe('bob')
    expect(await send()).toEqual(again)
    await own.close()
  })
  it('gives no id to a refused task that is not there, also when what it would have waited for could not be created now', async () => {
    const own = await workbench()
    await own.created('makes the project known')
    own.dapr.down = true
    const operations = [item('late', {}, { assigneeId: 'zoe' }), item('refused', { blockedByKeys: ['late'] }, { parentId: 'nowhere' })]
    const { body } = await own.call(ann, 'POST', '/api/tasks/bulk', { operations })
    expect(Object(body).results.map((r: Result) => [r.status, r.id, r.problem?.code])).toEqual([[503, null, expect.any(String)], [404, null, 'parent-unknown']])
    own.dapr.down = false
    await own.close()
  })
  it('begins nothing more once nobody waits for it', async () => {
    const own = await workbench()
    const { id } = await own.created('there')
    const known = own.projects.get('p1')
    own.dapr.answer('project', async () => { own.clock.advance(14_000); return { status: 200, headers: {}, body: known } })
    const operations = [{ op: 'update', id, fields: { assigneeId: 'zoe' } }, { op: 'update', id, fields: { title: 'late' } }]
    const { body } = await own.call(ann, 'POST', '/api/tasks/bulk', { operations })
    expect(Object(body).results.map((r: Result) => r.problem?.code)).toEqual(['not-a-member', 'not-begun'])
    await own.close()
  })
  it('refuses 501 operations, none, and unknown ones', async () => {
    for (const operations of [Array.from({ length: 501 }, (_, i) => item(`n${i}`)), [], [{ op: 'explode' }], [{ ...item('z'), extra: 1 }], 'all'])
      expect(problemOf(await bench.call(ann, 'POST', '/api/tasks/bulk', { operations }))).toEqual([400, 'invalid'])
  })
})
