import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { HeardEvent } from '../inbox/events.ts'
import { fresh, inboxBench, person } from './inbox-bench.ts'

const { state, tables, tell, server, task, as, close } = await inboxBench()
afterAll(close)
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
    const ofOthers = { body: { projects: [{ projectId: 'p1', events: {} }] } }
    await expect(dee.setPreferences(ofOthers)).rejects.toMatchObject({ kind: 'forbidden', code: 'forbidden' })
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
  const event = { version: 1, organizationId: 'o1', at: '2026-03-02T10:00:00.000Z' }
  const inP4 = { taskId: 'x1', projectId: 'p4', title: 'Ship', assigneeId: null, reporterId: 'ann' }
  const member = (of: string, change: 'MemberAdded' | 'MemberRemoved'): HeardEvent => {
    const by = { ...event, version: ++state.n, id: `o1/project/p4:${state.n}#0`, subject: 'p4', actor: 'ann' }
    const data = { projectId: 'p4', userId: of }
    return change === 'MemberAdded' ? { ...by, type: change, data: { ...data, role: 'contributor', allocationPercent: 0 } } : { ...by, type: change, data }
  }
  const moved = (): HeardEvent => ({ ...event, id: `o1/task/x1:${++state.n}#0`, subject: 'x1', actor: 'ann', type: 'TaskStatusChanged', data: { ...inP4, from: 'todo', to: 'done' } })
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
    state.everybody.push('lea')
    state.away = true
    await expect(tell(commented('c4', ['lea']))).rejects.toMatchObject({ kind: 'unavailable' })
    expect([await told('lea'), await tables.watchers.count({ userId: 'lea' })]).toEqual([[], 0])
    state.away = false
    await tell(commented('c4', ['lea']))
    expect(await told('lea')).toEqual(['mentioned'])
  })
  it('hears of a blocker of his task, also when that task was deleted and came back', async () => {
    const [blocker, waits] = [{ ...inP4, taskId: 'x5' }, { ...inP4, taskId: 'x6', title: 'Celebrate', assigneeId: 'max' }]
    const of = (subject: string) => ({ ...event, id: `o1/task/${subject}:${++state.n}#0`, subject, actor: 'ann' })
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
  it('hears of a blocker that was done before this service heard that his task waits for it, by the event that says so', async () => {
    const [blocker, waits] = [{ ...inP4, taskId: 'x7' }, { ...inP4, taskId: 'x8', title: 'Rest', assigneeId: 'max' }]
    const of = (subject: string, at: string) => ({ ...event, id: `o1/task/${subject}:${++state.n}#0`, subject, actor: 'ann', at })
    const done: HeardEvent = { ...of('x7', '2026-03-02T10:01:00.000Z'), type: 'TaskCompleted', data: { ...blocker, completedAt: event.at, startedAt: null, createdAt: event.at } }
    await tell(done)
    await tell({ ...of('x8', event.at), type: 'TaskUpdated', data: { ...waits, changes: { blockedBy: { before: [], after: ['x7'] } }, mentions: [] } })
    await tell(done)
    const news = (await as(person('max')).list({})).items.filter(i => i.title === 'A blocker of “Rest” is done')
    expect(news).toMatchObject([{ createdAt: done.at, event: { id: done.id, name: 'TaskCompleted', subject: 'x7', actorId: null } }])
  })
  it.each([['cancelled', 'TaskStatusChanged'], ['deleted', 'TaskDeleted']] as const)('hears that what held his task up was %s, once', async (how, type) => {
    const [blocker, waits] = [{ ...inP4, taskId: `b-${how}` }, { ...inP4, taskId: `w-${how}`, title: `Go ${how}`, assigneeId: 'max' }]
    const of = (subject: string) => ({ ...event, id: `o1/task/${subject}:${++state.n}#0`, subject, actor: 'ann' })
    await tell({ ...of(waits.taskId), type: 'TaskUpdated', data: { ...waits, changes: { blockedBy: { before: [], after: [blocker.taskId] } }, mentions: [] } })
    const dropped = { ...blocker, from: 'todo', to: 'dropped', category: 'cancelled' as const }
    await tell(type === 'TaskDeleted' ? { ...of(blocker.taskId), type, data: blocker } : { ...of(blocker.taskId), type, data: dropped })
    await tell({ ...of(blocker.taskId), type: 'TaskDeleted', data: blocker })
    expect((await as(person('max')).list({})).items.filter(i => i.title.includes(waits.title)).map(i => i.title)).toEqual([`A blocker of “${waits.title}” was ${how}`])
  })
  it('hears of an event once, also where another reason for it is known only later', async () => {
    const [blocker, waits] = [{ ...inP4, taskId: 'x9', assigneeId: 'max' }, { ...inP4, taskId: 'x10', title: 'Relax', assigneeId: 'max' }]
    const of = (subject: string) => ({ ...event, id: `o1/task/${subject}:${++state.n}#0`, subject, actor: 'ann' })
    const gone: HeardEvent = { ...of('x9'), type: 'TaskDeleted', data: blocker }
    await tell(gone)
    await tell({ ...of('x10'), type: 'TaskUpdated', data: { ...waits, changes: { blockedBy: { before: [], after: ['x9'] } }, mentions: [] } })
    await tell(gone)
    expect((await tables.notifications.find({ userId: 'max' })).filter(row => row.eventId === gone.id).map(row => row.type)).toEqual(['task-deleted'])
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
    await tell({ ...event, id: `o1/task/x3:${++state.n}#0`, subject: 'x3', actor: 'service:task', type: 'TaskOverdue', data })
    const [item] = (await as(person(userId)).list({})).items
    expect(item?.body).toContain(day)
    expect(item?.body).toContain(rest)
  })
})
