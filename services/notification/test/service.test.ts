import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { notificationApi } from '../../shared/contracts/notification/http.ts'
import { notificationInternal } from '../../shared/contracts/notification/internal.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { testClock } from '../../shared/kit/clock.ts'
import type { Actor } from '../../shared/kit/http/call.ts'
import { testServer, type TestServer } from '../../shared/kit/http/test-server.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { audience, insidersOf } from '../inbox/audience.ts'
import { deliver } from '../inbox/deliver.ts'
import type { HeardEvent } from '../inbox/events.ts'
import { inbox } from '../inbox/inbox.ts'
import { rememberedFacts } from '../inbox/known.ts'
import { preferencesStore } from '../inbox/preferences-store.ts'
import { outbox } from '../mail/outbox.ts'
import { erase } from '../inbox/remove.ts'
import { routes } from '../routes.ts'
import { memoryTables } from '../store/rows.ts'

const person = (userId: string, organizationId = 'o1'): Actor => ({ userId, organizationId, role: 'member', sessionId: 's1' })
const tables = memoryTables()
const preferences = preferencesStore(tables)
const mails = outbox({ mails: tables.mails, queue: { add: async () => {}, size: async () => 0 }, clock: testClock(), logger: silentLogger })
const everybody = ['ann', 'bob', 'cy', 'fay', 'gus', 'hal', 'jan', 'kim-27', 'kim-28', 'max']
let away = false
const projects = { getProject: async ({ params }: { params: { id: string } }) => {
  if (away) throw new Refused('unavailable', 'project-unavailable')
  if (!/^p[1-4]$/.test(params.id)) throw new Refused('missing', 'project-unknown')
  const members = everybody.map(userId => ({ userId, role: 'viewer' as const, allocationPercent: 0 }))
  const workflow = { statuses: [], transitions: [], initial: 'todo' }
  return { id: params.id, organizationId: 'o1', name: 'Apollo', key: 'AP', status: 'active' as const, workflow, members, deletedAt: null, version: 1 }
} }
const users = { names: async ({ body }: { body: { ids: string[] } }) => ({
  users: body.ids.map(id => ({ id, name: id, avatarUrl: null, disabled: false, role: id === 'ada' ? 'admin' as const : 'guest' as const })),
}) }
const tell = deliver({
  tables, known: rememberedFacts(tables), audience: audience(insidersOf({ members: tables.members, projects, users })),
  preferencesOf: preferences.of, push: () => {}, erase: someone => erase(tables, preferences, someone),
})

let server: TestServer
beforeAll(async () => { server = await testServer(routes({ inbox: inbox(tables), preferences, tables, outbox: mails, projects })) })
afterAll(() => server.close())

let n = 0
const fresh = { status: 'todo', priority: 'none' as const, difficulty: null, labels: [], startAt: null, dueAt: null, estimateMinutes: null, parentId: null }
const task = (assigneeId: string, change: { projectId?: string; organizationId?: string; actor?: string } = {}): HeardEvent => ({
  id: `o1/task/t${++n}:1#0`, subject: `t${n}`, organizationId: change.organizationId ?? 'o1', actor: change.actor ?? 'bob',
  at: new Date(Date.UTC(2026, 2, 2, 9, 0, n)).toISOString(), type: 'TaskCreated',
  data: { taskId: `t${n}`, projectId: change.projectId ?? 'p1', title: `Task ${n}`, assigneeId, reporterId: 'bob', ...fresh, mentions: [] },
})
const as = (actor: Actor) => server.client(notificationApi, { as: actor })
const Problem = z.object({ code: z.string() })

describe('the list of notifications', () => {
  it('shows each once, newest first, however often the event comes', async () => {
    const events = [task('ann'), task('ann'), task('ann')]
    for (const event of [...events, ...events]) await tell(event)
    const { items, unreadCount, nextCursor } = await as(person('ann')).list({})
    expect([items.map(i => i.title), unreadCount, nextCursor]).toEqual([['“Task 3” is yours', '“Task 2” is yours', '“Task 1” is yours'], 3, null])
    const event = { name: 'TaskCreated', subject: 't3', projectId: 'p1', actorId: 'bob' }
    expect(items[0]).toMatchObject({ type: 'assigned', link: '/projects/p1/tasks/t3', readAt: null, event })
  })
  it('goes on from a cursor', async () => {
    const first = await as(person('ann')).list({ query: { limit: 2 } })
    const rest = await as(person('ann')).list({ query: { limit: 2, cursor: first.nextCursor ?? '' } })
    expect([first.items.length, rest.items.map(i => i.title), rest.nextCursor]).toEqual([2, ['“Task 1” is yours'], null])
  })
  it('is nobody else’s', async () => {
    const [mine] = (await as(person('ann')).list({})).items
    for (const other of [person('bob'), person('ann', 'o2')]) {
      expect((await as(other).list({})).items).toEqual([])
      await expect(as(other).read({ params: { id: mine?.id ?? '' } })).rejects.toMatchObject({ kind: 'missing', code: 'notification-unknown' })
    }
  })
  it('marks one and then all as read', async () => {
    const ann = as(person('ann'))
    const { items } = await ann.list({})
    await expect(ann.read({ params: { id: items[0]?.id ?? '' }, ifMatch: 2 })).rejects.toMatchObject({ kind: 'stale' })
    const read = await ann.read({ params: { id: items[0]?.id ?? '' }, ifMatch: 1 })
    expect([items[0]?.version, read.version]).toEqual([1, 2])
    expect(read.readAt).not.toBeNull()
    expect(await ann.read({ params: { id: items[0]?.id ?? '' } })).toEqual(read)
    expect(await ann.list({ query: { unread: 'true' } })).toMatchObject({ unreadCount: 2, items: [{ title: '“Task 2” is yours' }, { title: '“Task 1” is yours' }] })
    expect(await ann.readAll({})).toEqual({ unreadCount: 0 })
    expect((await ann.list({ query: { unread: 'true' } })).items).toEqual([])
  })
  it.each([
    ['?limit=0', 'invalid'], ['?cursor=%24ne', 'bad-cursor'], ['?unread=maybe', 'invalid'], ['?nope=1', 'invalid'], ['?limit[$ne]=1', 'invalid'],
  ])('refuses %s', async (query, code) => {
    const answer = await server.request('GET', `/api/notifications${query}`, { as: person('ann') })
    expect([answer.status, Problem.parse(answer.body).code]).toEqual([400, code])
  })
  it('asks for a token', async () => expect((await server.request('GET', '/api/notifications')).status).toBe(401))
})

describe('preferences', () => {
  it('take effect at once, per channel and project', async () => {
    const cy = as(person('cy'))
    await cy.setPreferences({ body: { events: { assigned: { inApp: false } } } }).then(p => expect(p.version).toBe(1))
    await tell(task('cy'))
    expect((await cy.list({})).items).toEqual([])
    expect(await tables.mails.count({ userId: 'cy' })).toBe(1)
  })
  it('hold against a stale If-Match and an unknown field, channel or project', async () => {
    const dee = as(person('dee'))
    await dee.setPreferences({ body: { timezone: 'Europe/Berlin' } })
    await expect(dee.setPreferences({ body: { timezone: 'UTC' }, ifMatch: 7 })).rejects.toMatchObject({ kind: 'stale' })
    await expect(dee.setPreferences({ body: { projects: [{ projectId: 'p9', events: {} }] } })).rejects.toMatchObject({ kind: 'missing', code: 'project-unknown' })
    for (const body of [
      { digest: '08:00' }, { events: { assigned: { push: true } } }, { events: { nope: { inApp: true } } }, { timezone: 'Mars/Olympus' },
      { quietHours: { from: '22:00', to: '22:00' } }, { quietHours: { from: '25:00', to: '07:00' } },
    ]) expect((await server.request('POST', '/api/notifications/preferences', { as: person('dee'), body })).status).toBe(400)
  })
  it('of two changes at once lose none', async () => {
    const eve = as(person('eve'))
    await Promise.all([eve.setPreferences({ body: { timezone: 'UTC' } }), eve.setPreferences({ body: { quietHours: { from: '22:00', to: '07:00' } } })])
    expect(await eve.preferences({})).toMatchObject({ timezone: 'UTC', quietHours: { from: '22:00', to: '07:00' }, version: 2 })
  })
})

describe('who is told', () => {
  const event = { organizationId: 'o1', at: '2026-03-02T10:00:00.000Z' }
  const inP4 = { taskId: 'x1', projectId: 'p4', title: 'Ship', assigneeId: null, reporterId: 'ann' }
  const member = (of: string, change: 'MemberAdded' | 'MemberRemoved'): HeardEvent => {
    const by = { ...event, id: `o1/project/p4:${++n}#0`, subject: 'p4', actor: 'ann' }
    const data = { projectId: 'p4', userId: of }
    return change === 'MemberAdded' ? { ...by, type: change, data: { ...data, role: 'contributor', allocationPercent: 0 } } : { ...by, type: change, data }
  }
  const moved = (): HeardEvent => ({ ...event, id: `o1/task/x1:${++n}#0`, subject: 'x1', actor: 'ann', type: 'TaskStatusChanged', data: { ...inP4, from: 'todo', to: 'done' } })
  const told = async (userId: string): Promise<string[]> => (await as(person(userId)).list({})).items.map(i => i.type).toSorted()

  it('is nobody who has left the project, until he comes back', async () => {
    await tell(member('ida', 'MemberAdded'))
    await tell({ ...event, id: 'o1/comment/c1:1#0', subject: 'c1', actor: 'ida', type: 'CommentAdded', data: { ...inP4, commentId: 'c1', mentions: [] } })
    await tell(member('ida', 'MemberRemoved'))
    await tell(moved())
    await tell({ ...event, id: 'o1/comment/c2:1#0', subject: 'c2', actor: 'ann', type: 'CommentAdded', data: { ...inP4, commentId: 'c2', mentions: ['ida'] } })
    const changes = { status: { before: 'active', after: 'on_hold' } }
    await tell({ ...event, id: 'o1/project/p4:99#0', subject: 'p4', actor: 'ann', type: 'ProjectUpdated', data: { projectId: 'p4', changes } })
    expect(await told('ida')).toEqual(['project-added', 'project-removed'])
    expect(await tables.mails.count({ userId: 'ida' })).toBe(0)
    await tell(member('ida', 'MemberAdded'))
    await tell(moved())
    expect(await told('ida')).toEqual(['project-added', 'project-added', 'project-removed', 'status-changed'])
  })
  const commented = (id: string, mentions: string[]): HeardEvent =>
    ({ ...event, id: `o1/comment/${id}:1#0`, subject: id, actor: 'ann', type: 'CommentAdded', data: { ...inP4, commentId: id, mentions } })
  it('is nobody who may not see the project, but members and who runs the organization, whatever has not been heard of them yet', async () => {
    await tell(commented('c3', ['zoe', 'max', 'ada']))
    await tell(moved())
    for (const userId of ['max', 'ada']) expect(await told(userId)).toEqual(['mentioned', 'status-changed'])
    expect(await told('zoe')).toEqual([])
    expect([await tables.mails.count({ userId: 'zoe' }), await tables.watchers.count({ userId: 'zoe' }), await tables.mails.count({ userId: 'max' })]).toEqual([0, 0, 1])
  })
  it('is whoever left and came back before that was heard, or runs the organization', async () => {
    for (const who of ['max', 'ada']) for (const change of ['MemberAdded', 'MemberRemoved'] as const) await tell(member(who, change))
    const before = await told('max')
    await tell(commented('c5', ['max', 'ada', 'zoe']))
    expect((await told('max')).length).toBe(before.length + 1)
    expect(await told('ada')).toContain('mentioned')
    expect(await tables.notifications.count({ userId: 'ada', subject: 'c5' })).toBe(1)
    expect(await told('zoe')).toEqual([])
  })
  it('is told later when nobody can say now who may see the project', async () => {
    everybody.push('lea')
    away = true
    await expect(tell(commented('c4', ['lea']))).rejects.toMatchObject({ kind: 'unavailable' })
    expect([await told('lea'), await tables.watchers.count({ userId: 'lea' })]).toEqual([[], 0])
    away = false
    await tell(commented('c4', ['lea']))
    expect(await told('lea')).toEqual(['mentioned'])
  })
  it('hears of a blocker of his task, also when that task was deleted and came back', async () => {
    const [blocker, waits] = [{ ...inP4, taskId: 'x5' }, { ...inP4, taskId: 'x6', title: 'Celebrate', assigneeId: 'max' }]
    const of = (subject: string) => ({ ...event, id: `o1/task/${subject}:${++n}#0`, subject, actor: 'ann' })
    const done = (): HeardEvent => ({ ...of('x5'), type: 'TaskCompleted', data: { ...blocker, completedAt: event.at, startedAt: null, createdAt: event.at } })
    const news = async () => (await as(person('max')).list({})).items.filter(i => i.type === 'blocker-done').map(i => i.title)
    await tell({ ...of('x6'), type: 'TaskUpdated', data: { ...waits, changes: { blockedBy: { before: [], after: ['x5'] } }, mentions: [] } })
    await tell({ ...of('x6'), type: 'TaskDeleted', data: waits })
    await tell(done())
    expect(await news()).toEqual([])
    await tell({ ...of('x6'), type: 'TaskRestored', data: { ...waits, status: 'todo' } })
    await tell(done())
    // It held nobody up any more.
    await tell({ ...of('x5'), type: 'TaskDeleted', data: blocker })
    expect(await news()).toEqual(['A blocker of “Celebrate” is done'])
  })
  it.each([['cancelled', 'TaskStatusChanged'], ['deleted', 'TaskDeleted']] as const)('hears that what held his task up was %s, once', async (how, type) => {
    const [blocker, waits] = [{ ...inP4, taskId: `b-${how}` }, { ...inP4, taskId: `w-${how}`, title: `Go ${how}`, assigneeId: 'max' }]
    const of = (subject: string) => ({ ...event, id: `o1/task/${subject}:${++n}#0`, subject, actor: 'ann' })
    await tell({ ...of(waits.taskId), type: 'TaskUpdated', data: { ...waits, changes: { blockedBy: { before: [], after: [blocker.taskId] } }, mentions: [] } })
    const dropped = { ...blocker, from: 'todo', to: 'dropped', category: 'cancelled' as const }
    await tell(type === 'TaskDeleted' ? { ...of(blocker.taskId), type, data: blocker } : { ...of(blocker.taskId), type, data: dropped })
    await tell({ ...of(blocker.taskId), type: 'TaskDeleted', data: blocker })
    expect((await as(person('max')).list({})).items.filter(i => i.title.includes(waits.title)).map(i => i.title)).toEqual([`A blocker of “${waits.title}” was ${how}`])
  })
  it('hears the first reason that is not switched off', async () => {
    const jan = as(person('jan'))
    await jan.setPreferences({ body: { events: { assigned: { inApp: false, email: false } } } })
    const data = { ...inP4, taskId: 'x2', assigneeId: 'jan', ...fresh, mentions: ['jan'] }
    await tell({ ...event, id: 'o1/task/x2:1#0', subject: 'x2', actor: 'ann', type: 'TaskCreated', data })
    expect([await told('jan'), (await tables.mails.find({ userId: 'jan' })).map(m => m.told?.type)]).toEqual([['mentioned'], ['mentioned']])
  })
  it.each([
    [null, '28 March 2026', 'UTC'], ['America/New_York', '27 March 2026', '23:59'],
  ])('reads times by the clock he chose (%s), and by which it is', async (timezone, day, rest) => {
    const userId = `kim-${day.slice(0, 2)}`
    await as(person(userId)).setPreferences({ body: { timezone } })
    const data = { ...inP4, assigneeId: userId, dueAt: '2026-03-28T03:59:00.000Z' }
    await tell({ ...event, id: `o1/task/x3:${++n}#0`, subject: 'x3', actor: 'service:task', type: 'TaskOverdue', data })
    const [item] = (await as(person(userId)).list({})).items
    expect(item?.body).toContain(day)
    expect(item?.body).toContain(rest)
  })
})

describe('what other services ask', () => {
  const saga = { organizationId: 'o1', sagaId: 'delete-project.1' }
  it('takes a project out of sight and brings it back', async () => {
    const inside = server.client(notificationInternal, { caller: 'project' })
    await tell(task('fay', { projectId: 'p2' }))
    await tell(task('fay', { projectId: 'p3' }))
    await inside.deleteOfProject({ body: { ...saga, projectId: 'p2' } })
    await inside.deleteOfProject({ body: { ...saga, projectId: 'p2' } })
    expect(await as(person('fay')).list({})).toMatchObject({ unreadCount: 1, items: [{ event: { projectId: 'p3' } }] })
    await inside.restoreOfProject({ body: { ...saga, sagaId: 'another', projectId: 'p2' } })
    expect((await as(person('fay')).list({})).items).toHaveLength(1)
    await inside.restoreOfProject({ body: { ...saga, projectId: 'p2' } })
    expect((await as(person('fay')).list({})).unreadCount).toBe(2)
  })
  it('erases a person: his own are gone, his id stands nowhere', async () => {
    await tell(task('gus'))
    await tell(task('hal', { actor: 'gus' }))
    const gone = { subject: 'gus', organizationId: 'o1', at: '2026-03-02T09:00:00.000Z' }
    const data = { userId: 'gus', role: 'member', invitedBy: 'hal' } as const
    const joined = { ...gone, id: 'o1/person/gus:1#0', actor: 'anonymous', type: 'UserCreated', data } as const
    await tell(joined)
    const reset = { token: 'secret-token-1234567890', expiresAt: '2026-03-02T10:00:00.000Z' }
    const asked = { userId: 'gus', organizationId: null, to: { address: 'gus@example.test', name: 'Gus' }, dedupeId: 'reset-1', data: reset }
    await mails.ask({ template: 'password-reset', ...asked })
    const inside = server.client(notificationInternal, { caller: 'user' })
    await inside.erase({ body: { ...saga, userId: 'gus' } })
    await inside.erase({ body: { ...saga, userId: 'gus' } })
    await tell(task('gus'))
    await tell({ ...gone, id: 'o1/member/gus:2#0', actor: 'service:user', type: 'UserDeleted', data: { userId: 'gus' } })
    // What he did before is heard of after he has gone.
    await tell(task('hal', { actor: 'gus' }))
    await tell(joined)
    const all = await Promise.all(Object.values(tables).map(async table => JSON.stringify(await table.find({}))))
    expect(all.join()).not.toContain('gus')
    expect((await as(person('hal')).list({})).items[0]?.event.actorId).toBeNull()
  })
  it('is for the named callers only', async () => {
    await expect(server.client(notificationInternal, { caller: 'task' }).erase({ body: { ...saga, userId: 'ann' } })).rejects.toMatchObject({ kind: 'forbidden' })
    expect((await server.request('POST', '/internal/mails', { as: person('ann'), body: {} })).status).toBeGreaterThanOrEqual(401)
  })
})
