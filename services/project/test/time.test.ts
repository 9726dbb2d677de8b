import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectApi } from '../../shared/contracts/project/http.ts'
import { people, startProjectService, type TestService } from './harness.ts'

let service: TestService
beforeAll(async () => { service = await startProjectService() })
afterAll(async () => { await service.stop() })
const { ann, bob, guest, owner } = people
const api = (as = ann) => service.client(projectApi, { as })
const create = async (body: object = {}): Promise<string> => {
  const project = await api().createProject({ body: { name: 'Timed', members: [{ userId: 'bob', allocationPercent: 50 }, { userId: 'gus', role: 'viewer' }], ...body } })
  return 'id' in project ? project.id : ''
}
const log = (id: string, minutes: number, startedAt: string, as = ann) => api(as).logTime({ params: { id }, body: { minutes, startedAt } })

describe('time', () => {
  it('is logged, listed newest first with a cursor, and reported', async () => {
    const id = await create()
    for (const [minutes, day, who] of [[30, '02', ann], [60, '01', bob], [15, '01', ann]] as const) await log(id, minutes, `2026-03-${day}T08:00:00Z`, who)
    const first = await api().listTime({ params: { id }, query: { limit: 2 } })
    const rest = await api().listTime({ params: { id }, query: { limit: 2, cursor: first.nextCursor ?? '' } })
    expect([...first.items, ...rest.items].map(e => e.startedAt.slice(8, 10))).toEqual(['02', '01', '01'])
    expect(rest.nextCursor).toBeNull()
    expect((await api().listTime({ params: { id }, query: { userId: 'ann', from: '2026-03-02' } })).items).toMatchObject([{ minutes: 30, userId: 'ann', taskId: null }])
    expect(await api(guest).timeReport({ params: { id }, query: { groupBy: 'user', from: '2026-03-01', to: '2026-03-01' } })).toMatchObject({
      totalMinutes: 75, rows: [{ key: 'bob', minutes: 60, entries: 1 }, { key: 'ann', minutes: 15, entries: 1 }],
    })
    expect((await api().timeReport({ params: { id }, query: { groupBy: 'day' } })).rows.map(r => [r.key, r.minutes])).toEqual([['2026-03-01', 75], ['2026-03-02', 30]])
  })
  it.each([
    [{ minutes: 0 }, 400], [{ minutes: 1441 }, 400], [{ minutes: 1.5 }, 400], [{ minutes: '5' }, 400], [{ startedAt: 'now' }, 400],
    [{ startedAt: '2030-01-01T00:00:00Z' }, 409], [{ taskId: 'nope' }, 404], [{ extra: 1 }, 400],
  ])('refuses %j', async (bad, status) => {
    const body = { minutes: 5, startedAt: '2026-03-02T08:00:00Z', ...bad }
    expect((await service.request('POST', `/api/projects/${await create()}/time`, { as: ann, body })).status).toBe(status)
  })
  it('finds no task that is in a project of others', async () => {
    service.answer('/api/tasks/theirs', 403, 'forbidden')
    const answer = await service.request('POST', `/api/projects/${await create()}/time`, { as: ann, body: { minutes: 5, startedAt: '2026-03-02T08:00:00Z', taskId: 'theirs' } })
    expect(answer).toMatchObject({ status: 404, body: { code: 'task-unknown' } })
  })
  it('is logged by those who work there', async () => {
    const id = await create()
    expect((await service.request('POST', `/api/projects/${id}/time`, { as: guest, body: { minutes: 5, startedAt: '2026-03-02T08:00:00Z' } })).status).toBe(403)
    expect((await service.request('POST', '/api/projects/unknown/time', { as: ann, body: { minutes: 5, startedAt: '2026-03-02T08:00:00Z' } })).status).toBe(404)
    expect((await service.request('GET', `/api/projects/${id}/time/report?from=2026-03-02&to=2026-03-01`, { as: ann })).body).toMatchObject({ status: 400, code: 'bad-range' })
  })
  it('is deleted by its owner and by managers', async () => {
    const id = await create()
    const remove = async (entry: { id: string }, as: typeof ann) => (await service.request('DELETE', `/api/projects/${id}/time/${entry.id}`, { as })).status
    const [mine, his, other] = [await log(id, 5, '2026-03-02T08:00:00Z'), await log(id, 5, '2026-03-02T08:00:00Z', bob), await log(await create(), 5, '2026-03-02T08:00:00Z')]
    expect([await remove(mine, bob), await remove(his, bob), await remove(mine, ann), await remove(mine, ann), await remove(other, ann)]).toEqual([403, 204, 204, 404, 404])
    expect((await api().listTime({ params: { id }, query: {} })).items).toEqual([])
  })
  it('has a version, and is deleted by who saw that one', async () => {
    const id = await create()
    const logged = await service.request('POST', `/api/projects/${id}/time`, { as: ann, body: { minutes: 5, startedAt: '2026-03-02T08:00:00Z' } })
    const [entry] = (await api().listTime({ params: { id }, query: {} })).items
    expect([logged.headers.get('etag'), logged.body]).toEqual(['"1"', entry])
    const remove = async (version: number) => {
      const headers = { 'if-match': `"${version}"` }
      return (await service.request('DELETE', `/api/projects/${id}/time/${entry?.id}`, { as: ann, headers })).status
    }
    expect([entry?.version, await remove(2), await remove(1)]).toEqual([1, 412, 204])
  })
})

describe('a timer', () => {
  it('runs once per person, wherever it was started, and becomes an entry', async () => {
    const [id, elsewhere] = [await create(), await create()]
    expect(await service.request('POST', `/api/projects/${id}/timer/start`, { as: ann, body: { note: 'deep work' } }))
      .toMatchObject({ status: 201, body: { projectId: id, startedAt: service.clock.now() } })
    expect(await service.request('POST', `/api/projects/${elsewhere}/timer/start`, { as: ann, body: {} }))
      .toMatchObject({ status: 409, body: { code: 'timer-running', context: { projectId: id } } })
    expect((await service.request('POST', `/api/projects/${elsewhere}/timer/start`, { as: bob, body: {} })).status).toBe(201)
    expect((await api().runningTimer({})).timer).toMatchObject({ projectId: id, note: 'deep work' })
    service.clock.advance(25 * 60_000)
    const entry = await api().stopTimer({})
    expect(entry).toMatchObject({ projectId: id, minutes: 25, note: 'deep work', userId: 'ann' })
    expect(await service.request('POST', '/api/projects/timer/stop', { as: ann })).toMatchObject({ status: 409, body: { code: 'timer-not-running' } })
    await service.log.settled()
    expect((await api().listTime({ params: { id }, query: {} })).items).toEqual([entry])
    expect((await api().runningTimer({})).timer).toBeNull()
  })
})

describe('a timer over a clock that goes back', () => {
  it('becomes an entry all the same, and holds nothing up', async () => {
    const id = await create()
    await service.request('POST', `/api/projects/${id}/timer/start`, { as: ann, body: {} })
    const { timer } = await api().runningTimer({})
    service.clock.advance(-30 * 60_000)
    const entry = await api().stopTimer({})
    expect(entry).toMatchObject({ minutes: 1, startedAt: timer?.startedAt, createdAt: timer?.startedAt })
    service.clock.advance(30 * 60_000)
    await service.log.settled()
    expect((await api().listTime({ params: { id }, query: {} })).items).toEqual([entry])
  })
})

describe('allocation', () => {
  it('shows per person and week what is claimed, worked and too much', async () => {
    await create({ name: 'A', members: [{ userId: 'adam', allocationPercent: 80 }], startAt: '2026-03-02T00:00:00Z', dueAt: '2026-03-06T00:00:00Z' })
    const b = await create({ name: 'B', members: [{ userId: 'adam', allocationPercent: 40 }] })
    await create({ name: 'C', status: 'draft', members: [{ userId: 'adam', allocationPercent: 90 }] })
    await log(b, 60, '2026-03-02T07:00:00Z', people.admin)
    const { items } = await api(owner).allocation({ query: { from: '2026-03-02', to: '2026-03-15' } })
    expect(items.find(p => p.userId === 'adam')?.weeks).toMatchObject([
      {
        week: '2026-03-02', capacityMinutes: 2400, allocatedPercent: 120, allocatedMinutes: 2880, bookedMinutes: 60, overAllocated: true,
        projects: [{ allocationPercent: expect.any(Number) }, {}],
      },
      { week: '2026-03-09', allocatedPercent: 40, overAllocated: false },
    ])
    const page = await api(owner).allocation({ query: { from: '2026-03-02', to: '2026-03-03', limit: 1 } })
    expect(page).toMatchObject({ items: [{ userId: 'adam' }], nextCursor: expect.any(String) })
    expect((await api(owner).allocation({ query: { from: '2026-03-02', to: '2026-03-03', cursor: page.nextCursor ?? '' } })).items.map(p => p.userId)).not.toContain('adam')
    expect((await api(guest).allocation({ query: { from: '2026-03-02', to: '2026-03-03' } })).items.map(p => p.userId)).not.toContain('adam')
  })
  it('shows the week in which the first day of all times lies', async () => {
    await create()
    const { items } = await api(owner).allocation({ query: { from: '1970-01-01', to: '1970-01-02' } })
    expect(items[0]?.weeks.map(w => w.week)).toEqual(['1969-12-29'])
  })
  it.each([
    '', 'from=2026-03-02', 'from=2026-03-02&to=2026-03-01', 'from=2020-01-01&to=2026-01-01', 'from=x&to=y',
    'from=2026-03-02&to=2026-03-03&capacityHours=0',
  ])('refuses ?%s', async query =>
    expect((await service.request('GET', `/api/projects/allocation?${query}`, { as: ann })).status).toBe(400))
})
