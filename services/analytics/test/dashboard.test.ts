import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyticsApi } from '../../shared/contracts/analytics/http.ts'
import { analyticsInternal } from '../../shared/contracts/analytics/internal.ts'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Actor } from '../../shared/kit/http/call.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { testServer, type TestServer } from '../../shared/kit/http/test-server.ts'
import { erasures } from '../erasure.ts'
import { ingest } from '../events/ingest.ts'
import { routes } from '../routes.ts'
import type { Projects } from '../visible.ts'
import { received, type Change } from './chdb.ts'
import { startClickHouse } from './clickhouse.ts'

let chdb: Awaited<ReturnType<typeof startClickHouse>>
let server: TestServer
let take: ReturnType<typeof ingest>
const known: Readonly<Record<string, { organizationId: string; members: string[] }>> = {
  p1: { organizationId: 'o1', members: ['ann', 'bob'] },
  p2: { organizationId: 'o1', members: ['bob'] },
  px: { organizationId: 'o2', members: ['eve'] },
}
const projects: Projects = {
  getProject: async ({ params: { id }, query }) => {
    const project = known[id]
    if (project?.organizationId !== query.organizationId) throw new Refused('missing', 'project-unknown')
    const members = project.members.map(userId => ({ userId, role: 'contributor' as const, allocationPercent: 0 }))
    return { id, organizationId: 'o1', name: id, key: 'P', status: 'active', workflow: defaultWorkflow, members, deletedAt: null, version: 1 }
  },
  memberships: async ({ params: { userId }, query }) => {
    const theirs = Object.entries(known).filter(([, p]) => p.organizationId === query.organizationId && p.members.includes(userId))
    return { projectIds: theirs.map(([projectId]) => ({ projectId, role: 'contributor' as const })) }
  },
}
const person = (userId: string, role: Actor['role'] = 'member', organizationId = 'o1'): Actor => ({ userId, organizationId, role, sessionId: 's1' })
const as = (actor: Actor) => server.client(analyticsApi, { as: actor })

let position = 0
const at = (day: number, hour = 9): string => new Date(Date.UTC(2026, 2, day, hour)).toISOString()
const task = (taskId: string, version: number, type: string, day: number, data: object = {}, change: Change = {}) =>
  received(position++, { id: `o1/task/${taskId}:${version}#0`, type, subject: taskId, version, at: at(day), ...change, data: { taskId, ...data } })
const project = (projectId: string, version: number, type: string, day: number, change: Change = {}) =>
  received(position++, { id: `o1/project/${projectId}:${version}#0`, topic: 'project-events', type, subject: projectId, version, at: at(day), ...change, data: { projectId } })
const done = (taskId: string, version: number, day: number, startedDay: number | null, createdDay: number, data: object = {}) => [
  task(taskId, version, 'TaskStatusChanged', day, { from: 'in_review', to: 'done', category: 'done', ...data }),
  {
    ...task(taskId, version, 'TaskCompleted', day, {
      completedAt: at(day), startedAt: startedDay === null ? null : at(startedDay), createdAt: at(createdDay), ...data,
    }),
    id: `o1/task/${taskId}:${version}#1`,
  },
]
const history = [
  project('p1', 1, 'ProjectCreated', 1), project('p2', 1, 'ProjectCreated', 1),
  project('p3', 1, 'ProjectCreated', 1), project('p3', 2, 'ProjectDeleted', 2),
  project('px', 1, 'ProjectCreated', 1, { organizationId: 'o2' }),
  task('a', 1, 'TaskCreated', 2), task('a', 2, 'TaskStatusChanged', 3, { from: 'todo', to: 'in_progress', category: 'active' }), ...done('a', 3, 5, 3, 2),
  task('b', 1, 'TaskCreated', 2, { dueAt: at(4) }), ...done('b', 2, 6, 4, 2),
  task('b', 3, 'TaskStatusChanged', 7, { from: 'done', to: 'in_progress', category: 'active', assigneeId: 'bob' }),
  task('c', 1, 'TaskCreated', 3, { dueAt: at(8), assigneeId: null }),
  task('c', 2, 'TaskUpdated', 4, {
    assigneeId: 'bob', changes: { dueAt: { before: at(8), after: null }, assigneeId: { before: null, after: 'bob' } }, mentions: [],
  }),
  task('d', 1, 'TaskCreated', 3), task('d', 2, 'TaskDeleted', 4),
  task('e', 1, 'TaskCreated', 3), task('e', 2, 'TaskStatusChanged', 4, { from: 'todo', to: 'cancelled', category: 'cancelled' }),
  task('f', 1, 'TaskCreated', 4, { projectId: 'p2' }), ...done('f', 2, 9, 8, 4, { projectId: 'p2' }),
  task('x', 1, 'TaskCreated', 4, { projectId: 'px' }, { organizationId: 'o2' }),
]
beforeAll(async () => {
  chdb = await startClickHouse()
  take = ingest(chdb.db, undefined, 0)
  for (const event of history.toReversed()) await take([event])
  server = await testServer(routes({ db: chdb.db, projects, erase: erasures(chdb.db, silentLogger, undefined, 30_000) }))
})
afterAll(async () => { await server.close(); await chdb.stop() })
const march = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-10T00:00:00.000Z' }

describe('the dashboard', () => {
  it('of one project has the figures that its events add up to', async () => {
    const board = await as(person('ann')).dashboard({ query: { projectId: 'p1', ...march } })
    expect(board).toMatchObject({
      projectIds: ['p1'], throughput: { completed: 1, perWeek: 0.78 }, cycleTimeHours: { p50: 48, p85: 48, p95: 48 },
      leadTimeHours: { p50: 72 }, workInProgress: 1, open: 2, overdue: 1,
      load: [{ userId: 'ann', open: 0, completed: 1 }, { userId: 'bob', open: 2, inProgress: 1, overdue: 1, completed: 0 }],
    })
    expect(board.perDay.filter(d => d.created + d.completed > 0)).toEqual([
      { day: '2026-03-02', created: 2, completed: 0 },
      { day: '2026-03-03', created: 2, completed: 0 },
      { day: '2026-03-05', created: 0, completed: 1 },
    ])
    expect(board.byStatus.toSorted((a, b) => a.status.localeCompare(b.status))).toEqual([
      { status: 'cancelled', tasks: 1 }, { status: 'done', tasks: 1 }, { status: 'in_progress', tasks: 1 }, { status: 'todo', tasks: 1 },
    ])
    expect(board.activity.find(a => a.day === '2026-03-03')).toEqual({ day: '2026-03-03', events: 4, people: 1 })
  })
  it('shows the past as it was', async () => {
    const board = await as(person('ann')).dashboard({ query: { projectId: 'p1', from: march.from, to: '2026-03-04T08:00:00.000Z' } })
    expect(board).toMatchObject({ open: 5, workInProgress: 1, overdue: 0, throughput: { completed: 0 }, cycleTimeHours: { p50: null } })
  })
  it('of the days after the first one of all times begins there', async () =>
    expect(await as(person('ann')).dashboard({ query: { to: '1970-01-02T00:00:00Z' } })).toMatchObject({ from: '1970-01-01T00:00:00.000Z', to: '1970-01-02T00:00:00.000Z' }))
  it.each([
    ['a member sees his projects', person('ann'), ['p1']],
    ['another member his', person('bob'), ['p1', 'p2']],
    ['an owner all that are not deleted', person('zoe', 'owner'), ['p1', 'p2']],
    ['somebody without projects nothing', person('zoe'), []],
    ['another organization its own', person('eve', 'owner', 'o2'), ['px']],
  ] as const)('%s', async (_, actor, seen) => expect((await as(actor).dashboard({ query: march })).projectIds).toEqual(seen))
  it.each([
    ['another organization’s project', person('eve', 'owner', 'o2'), { projectId: 'p1' }, 404, 'project-unknown'],
    ['a project of others', person('ann'), { projectId: 'p2' }, 403, 'forbidden'],
    ['a range that ends before it begins', person('ann'), { from: march.to, to: march.from }, 400, 'bad-range'],
    ['an end before which nothing can lie', person('ann'), { to: '1970-01-01T00:00:00Z' }, 400, 'bad-range'],
    ['an absurd range', person('ann'), { from: '1970-01-01T00:00:00.000Z' }, 400, 'bad-range'],
    ['a time that is none', person('ann'), { from: 'yesterday' }, 400, 'invalid'],
    ['an id that is none', person('ann'), { projectId: "p1' OR 1=1" }, 400, 'invalid'],
  ] as const)('refuses %s', async (_, actor, query, status, code) => {
    const answer = await server.request('GET', `/api/analytics/dashboard?${new URLSearchParams(query).toString()}`, { as: actor })
    expect([answer.status, answer.body]).toMatchObject([status, { code }])
  })
  it('refuses times behind the last day of the store, each by its name: there the days begin anew', async () => {
    const query = new URLSearchParams({ from: '2149-06-07T00:00:00.000Z', to: '2151-01-01T00:00:00.000Z' })
    const { status, body } = await server.request('GET', `/api/analytics/dashboard?${query.toString()}`, { as: person('ann') })
    expect([status, body]).toMatchObject([400, { code: 'invalid', errors: [{ path: expect.stringContaining('from') }, { path: expect.stringContaining('to') }] }])
  })
})

describe('counts and erasure', () => {
  it('counts the events of the organization by name, for its owners', async () => {
    const { total, events } = await as(person('zoe', 'owner')).counts({})
    expect([total, events.find(e => e.name === 'TaskCreated')?.count, events.reduce((sum, e) => sum + e.count, 0)]).toEqual([history.length - 2, 6, history.length - 2])
    await expect(as(person('ann')).counts({})).rejects.toMatchObject({ kind: 'forbidden' })
  })
  it('takes a person out of every column, in that organization only', async () => {
    const inside = server.client(analyticsInternal, { caller: 'user' })
    for (let i = 0; i < 2; i++) expect(await inside.erase({ body: { organizationId: 'o1', userId: 'ann', sagaId: 'close-account.1' } })).toEqual({ sagaId: 'close-account.1' })
    const { z } = await import('zod')
    const left = (org: string, table = 'events') =>
      chdb.db.query(z.object({ row: z.string() }), `SELECT toString(tuple(*)) AS row FROM analytics_db.${table} WHERE organization_id = {org:String}`, { org })
    expect((await left('o1')).map(r => r.row).join()).not.toContain("ann")
    expect([await left('o1', 'tallies'), (await left('o2', 'tallies')).length > 0]).toEqual([[], true])
    expect((await left('o2')).map(r => r.row).join()).toContain('ann')
    expect((await as(person('zoe', 'owner')).counts({})).total).toBe(history.length - 2)
  })
  it('leaves out a project from the moment at which its end is known, and has it again when it is restored', async () => {
    const owner = person('zoe', 'owner')
    const seen = async (): Promise<readonly string[]> => (await as(owner).dashboard({ query: march })).projectIds
    for (const [version, type] of ['ProjectCreated', 'ProjectDeleted', 'ProjectRestored', 'ProjectDeleted'].entries()) {
      await take([project('p4', version + 1, type, 1)])
      expect(await seen()).toEqual(type === 'ProjectDeleted' ? ['p1', 'p2'] : ['p1', 'p2', 'p4'])
    }
  })
})
