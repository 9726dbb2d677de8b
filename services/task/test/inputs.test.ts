import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ann, workbench, type Workbench } from './bench.ts'

let bench: Workbench
let id: string
beforeAll(async () => { bench = await workbench(); id = (await bench.created('there')).id })
afterAll(() => bench.close())

const bad: [string, object][] = [
  ['a title that is empty', { title: '  ' }], ['a title that is long', { title: 'x'.repeat(501) }], ['null for a title', { title: null }],
  ['an operator for a title', { title: { $ne: null } }], ['an operator for a project', { projectId: { $gt: '' } }],
  ['an unknown field', { id: 'mine' }], ['a field of prototypes', JSON.parse('{"__proto__": {"x": 1}}')],
  ['a day that is not', { dueAt: '2026-02-30T00:00:00Z' }], ['a year that is far', { dueAt: '9999-12-31T23:59:59Z' }],
  ['a time without a zone', { startAt: '2026-03-01T10:00:00' }], ['a number for a time', { dueAt: 1 }],
  ['a difficulty between', { difficulty: 4 }], ['a priority of its own', { priority: 'most' }],
  ['labels without end', { labels: Array.from({ length: 51 }, (_, i) => `l${i}`) }],
  ['an estimate below zero', { estimateMinutes: -1 }], ['a position beyond', { position: 1e300 }],
  ['a recurrence that is none', { recurrence: 'every day' }], ['a time zone that is none', { timezone: 'Mars/Olympus' }],
  ['an id with a path', { assigneeId: '../x' }], ['a status in capitals', { status: 'DONE' }],
]

describe('input that is refused', () => {
  it.each(bad)('%s', async (_, over) => {
    const prototype = Object.hasOwn(over, '__proto__') && JSON.parse('{"constructor": {}}')
    const created = await bench.call(ann, 'POST', '/api/tasks', { projectId: 'p1', title: 'x', ...over, ...prototype })
    expect(created.status).toBe(400)
    expect(created.headers.get('content-type')).toContain('application/problem+json')
    expect(Object(created.body).errors).toEqual(expect.arrayContaining([expect.objectContaining({ path: expect.any(String), message: expect.any(String) })]))
  })
  it('names every bad field at once', async () => {
    const { body } = await bench.call(ann, 'PUT', `/api/tasks/${id}`, { title: '', priority: 'x', nonsense: 1, dueAt: 'soon' })
    expect([...new Set(Object(body).errors.map((e: { path: string }) => e.path))].toSorted()).toEqual(['dueAt', 'nonsense', 'priority', 'title'])
  })
  it('ids, versions, cursors and bodies out of shape', async () => {
    for (const [method, path, body] of [
      ['GET', '/api/tasks/%7B%22$ne%22:1%7D', undefined],
      ['GET', `/api/tasks/${id}?version=0`, undefined], ['GET', `/api/tasks/${id}?version=1e99`, undefined],
      ['GET', `/api/tasks/${id}?at=never`, undefined], ['GET', `/api/tasks/${id}?at=2026-03-01T00:00:00Z&version=1`, undefined],
      ['GET', `/api/tasks/${id}/history?cursor=zzz`, undefined], ['GET', `/api/tasks/${id}/comments?cursor=zzz`, undefined],
      ['PATCH', `/api/tasks/${id}/status`, { status: { $ne: 'x' } }], ['POST', `/api/tasks/${id}/dependencies`, { blockedBy: ['a'] }],
      ['POST', `/api/tasks/${id}/comments`, { text: ' ' }], ['PUT', `/api/tasks/${id}`, [1]],
    ] as const) expect([path, (await bench.call(ann, method, path, body)).status]).toEqual([path, 400])
    expect((await bench.server.request('PUT', `/api/tasks/${id}`, { as: ann, raw: '{"title":' })).status).toBe(400)
    expect((await bench.server.request('POST', '/api/tasks', { as: ann, raw: JSON.stringify({ projectId: 'p1', title: 'x', description: 'x'.repeat(2 << 20) }) })).status).toBe(413)
    expect((await bench.call(ann, 'PUT', `/api/tasks/${id}`, { title: 'x' }, { 'If-Match': 'nonsense' })).status).toBe(400)
    expect((await bench.server.request('GET', `/api/tasks/${id}`)).status).toBe(401)
  })
  it('refuses dates the wrong way round, also one by one', async () => {
    const { id: dated } = await bench.created('dated', { startAt: '2026-03-05T00:00:00Z' })
    expect((await bench.call(ann, 'PUT', `/api/tasks/${dated}`, { dueAt: '2026-03-04T00:00:00Z' })).status).toBe(409)
  })
})
