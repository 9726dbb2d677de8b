import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectApi } from '../../shared/contracts/project/http.ts'
import { Project } from '../../shared/contracts/project/schemas.ts'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import { organizationId, people, startProjectService, type TestService } from './harness.ts'

let service: TestService
beforeAll(async () => { service = await startProjectService() })
afterAll(async () => { await service.stop() })
const { ann, bob, guest, owner, stranger } = people
const create = async (body: object, as = ann): Promise<Project> => Project.parse((await service.request('POST', '/api/projects', { body: { name: 'Apollo', ...body }, as })).body)
const as = (actor: typeof ann) => service.client(projectApi, { as: actor })

describe('creating', () => {
  it('answers 201 with the whole project and its ETag', async () => {
    const answer = await service.request('POST', '/api/projects', {
      as: ann,
      body: { name: '  Moon landing ', description: 'One small step', members: [{ userId: 'bob', role: 'manager', allocationPercent: 40 }] },
    })
    expect([answer.status, answer.headers.get('etag')]).toEqual([201, '"1"'])
    expect(answer.body).toMatchObject({
      name: 'Moon landing', key: 'ML', status: 'active', version: 1, workflow: defaultWorkflow,
      members: [{ userId: 'ann', role: 'owner' }, { userId: 'bob', role: 'manager', allocationPercent: 40 }],
    })
    expect(Object.keys(Project.parse(answer.body)).toSorted()).toEqual(Object.keys(Object(answer.body)).toSorted())
  })
  it('gives a name a number when it is taken, and the hundredth is as quick as the third', async () => {
    let looks = 0
    service.store.before = async call => { if (call === 'findCommit') looks++ }
    const given: string[] = []
    for (let i = 0; i < 120; i++) { looks = 0; given.push((await create({ name: 'Quite the same' })).key) }
    service.store.before = async () => {}
    expect([given.slice(0, 4), new Set(given).size]).toEqual([['QTS', 'QUITET', 'QTS2', 'QTS3'], 120])
    expect(looks).toBeLessThan(60)
  })
  it('gives each project of an organization a key of its own', async () => {
    const [first, second] = [await create({ name: 'Key Test' }), await create({ name: 'Key Test' })]
    expect([first.key, second.key]).toEqual(['KT', 'KEYTES'])
    expect(await service.request('POST', '/api/projects', { as: ann, body: { name: 'X', key: 'KT' } })).toMatchObject({ status: 409, body: { code: 'key-taken' } })
    expect(await service.request('POST', '/api/projects', { as: stranger, body: { name: 'X', key: 'KT' } })).toMatchObject({ status: 201 })
  })
  it('has one effect for one Idempotency-Key', async () => {
    const headers = service.key()
    const send = (name: string) => service.request('POST', '/api/projects', { as: ann, body: { name }, headers })
    const [first, again] = [await send('Once'), await send('Once')]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    expect((await as(ann).listProjects({ query: { q: 'once' } })).items).toHaveLength(1)
    expect((await send('Twice')).status).toBe(422)
  })
  it.each([
    ['no name', {}, 400, 'name'], ['an empty name', { name: ' ' }, 400, 'name'], ['an operator', { name: { $ne: null } }, 400, 'name'],
    ['an unknown field', { name: 'X', owner: 'me' }, 400, 'owner'], ['a prototype key', JSON.parse('{"name":"X","__proto__":{"a":1}}'), 400, ''],
    ['a bad key', { name: 'X', key: 'lower' }, 400, 'key'], ['an absurd date', { name: 'X', dueAt: '9999-01-01T00:00:00Z' }, 400, 'dueAt'],
    ['no date at all', { name: 'X', dueAt: 'tomorrow' }, 400, 'dueAt'],
    ['too much of a person', { name: 'X', members: [{ userId: 'bob', allocationPercent: 101 }] }, 400, 'members.0.allocationPercent'],
    ['a workflow without an end', { name: 'X', workflow: { ...defaultWorkflow, statuses: defaultWorkflow.statuses.filter(s => s.key !== 'done') } }, 400, 'statuses'],
  ])('refuses %s', async (_, body, status, path) => {
    const answer = await service.request('POST', '/api/projects', { as: ann, body })
    expect(answer.status).toBe(status)
    if (path) expect(answer.body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ path })]) })
  })
  it('founds nothing for whoever is closing his account: it would be nobody’s', async () => {
    service.leaving.add('ann')
    const answers = await Promise.all([{}, { templateId: 'client-onboarding' }].map(more =>
      service.request('POST', '/api/projects', { as: ann, body: { name: 'Orphan', ...more } })))
    service.leaving.clear()
    expect(answers).toMatchObject(answers.map(() => ({ status: 404, body: { code: 'user-unknown' } })))
    expect((await as(owner).listProjects({ query: { q: 'orphan' } })).items).toEqual([])
  })
  it('refuses reversed dates, people of other organizations, and guests', async () => {
    const post = (fields: object, as = ann) => service.request('POST', '/api/projects', { as, body: { name: 'X', ...fields } })
    const reversed = { startAt: '2026-02-01T00:00:00Z', dueAt: '2026-01-01T00:00:00Z' }
    expect(await post(reversed)).toMatchObject({ status: 409, body: { code: 'dates-reversed' } })
    expect(await post({ members: [{ userId: 'sam' }] })).toMatchObject({ status: 404, body: { code: 'user-unknown' } })
    expect(await post({}, guest)).toMatchObject({ status: 403 })
    expect((await service.request('POST', '/api/projects', { body: { name: 'X' } })).status).toBe(401)
  })
  it('claims no key for what it refuses', async () => {
    await service.request('POST', '/api/projects', { as: ann, body: { name: 'X', key: 'FREE', members: [{ userId: 'sam' }] } })
    expect((await create({ key: 'FREE' })).key).toBe('FREE')
  })
})

describe('seeing', () => {
  it('is for members, and for owners and admins of the organization', async () => {
    const project = await create({ name: 'Secret', members: [{ userId: 'gus', role: 'viewer' }] })
    const statusFor = async (actor: typeof ann) => (await service.request('GET', `/api/projects/${project.id}`, { as: actor })).status
    const statuses = await Promise.all([ann, guest, owner, people.admin, bob, stranger].map(statusFor))
    expect(statuses).toEqual([200, 200, 200, 200, 403, 404])
    const seen = await Promise.all([ann, guest, owner, bob, stranger].map(async actor => (await as(actor).listProjects({ query: { q: 'secret' } })).items.length))
    expect(seen).toEqual([1, 1, 1, 0, 0])
  })
  it('lists with filters and a cursor, newest first, each once', async () => {
    for (let i = 0; i < 7; i++) {
      await create({ name: `Listed ${i}`, status: i % 2 ? 'draft' : 'active', members: i === 3 ? [{ userId: 'bob' }] : [] })
      service.clock.advance(i % 3)
    }
    const names: string[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await as(ann).listProjects({ query: { q: 'LISTED', limit: 3, ...(cursor !== undefined && { cursor }) } })
      names.push(...page.items.map(p => p.name))
      cursor = page.nextCursor
    }
    expect(names.toSorted()).toEqual(Array.from({ length: 7 }, (_, i) => `Listed ${i}`))
    expect((await as(ann).listProjects({ query: { q: 'listed', status: 'draft' } })).items).toHaveLength(3)
    expect((await as(ann).listProjects({ query: { q: 'listed', memberId: 'bob' } })).items.map(p => p.name)).toEqual(['Listed 3'])
    expect((await as(ann).listProjects({ query: { q: '.*' } })).items).toEqual([])
  })
  it('finds a name whatever its accents, in rows from before accents were folded too', async () => {
    const { id } = await create({ name: 'Z\u00fcrich A\u0308pfel' })
    const found = async (q: string): Promise<number> => (await as(ann).listProjects({ query: { q } })).items.length
    for (const q of ['zurich', 'Z\u00dcRICH', 'zu\u0308rich apfel']) expect([q, await found(q)]).toEqual([q, 1])
    const { collection } = service.deps.views.projects.view
    const row = await collection.findOne({ _id: id })
    if (row) await collection.put([{ ...row, version: 2, search: 'z\u00fcrich' }])
    expect(await found('Z\u00dcRICH')).toBe(1)
  })
  it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=!!', 'cursor=e30', 'cursor=WzFd', 'status=nope', 'memberId[$ne]=x', 'colour=blue'])('refuses ?%s', async query =>
    expect((await service.request('GET', `/api/projects?${query}`, { as: ann })).status).toBe(400))
  it('shows the past', async () => {
    const project = await create({ name: 'Before' })
    service.clock.advance(1000)
    await as(ann).updateProject({ params: { id: project.id }, body: { name: 'After' } })
    expect((await as(ann).getProject({ params: { id: project.id }, query: { version: 1 } })).name).toBe('Before')
    expect((await as(ann).getProject({ params: { id: project.id }, query: { at: project.createdAt } })).name).toBe('Before')
    expect((await as(ann).getProject({ params: { id: project.id } })).name).toBe('After')
    expect((await service.request('GET', `/api/projects/${project.id}?version=9`, { as: ann })).status).toBe(404)
    expect(await service.request('GET', `/api/projects/${project.id}?version=1&at=${project.createdAt}`, { as: ann }))
      .toMatchObject({ status: 400, body: { detail: 'Give either at or version.', errors: [{ path: 'query.version' }] } })
    const history = await as(ann).projectHistory({ params: { id: project.id }, query: {} })
    expect(history.items.map(e => [e.version, e.actor, Object.keys(e.changes)]))
      .toEqual([[2, 'ann', ['name']], [1, 'ann', expect.arrayContaining(['name', 'members', 'workflow'])]])
    expect(history.items[0]?.changes['name']).toEqual({ before: 'Before', after: 'After' })
    // From where is for those who answer for the organization.
    expect([history.items[0]?.network, (await as(owner).projectHistory({ params: { id: project.id }, query: {} })).items[0]?.network]).toEqual([undefined, '127.0.0.0/24'])
  })
  it('shows the past and the history of a deleted project to those who were its members', async () => {
    const { id } = await create({ name: 'Gone' })
    await service.request('DELETE', `/api/projects/${id}`, { as: ann })
    const statuses = async (actor = ann) => Promise.all(['?version=1', '/history', ''].map(async path =>
      (await service.request('GET', `/api/projects/${id}${path}`, { as: actor })).status))
    expect([await statuses(), await statuses(owner), await statuses(bob), await statuses(stranger)]).toEqual([[200, 200, 404], [200, 200, 404], [403, 403, 404], [404, 404, 404]])
    expect((await as(ann).projectHistory({ params: { id }, query: {} })).items[0]?.events).toEqual(['ProjectDeleted'])
  })
  it('shows nothing of it to who was a member once and had been taken out', async () => {
    const { id, createdAt } = await create({ name: 'Gone too', members: [{ userId: 'bob', role: 'viewer' }] })
    service.clock.advance(1000)
    await service.request('DELETE', `/api/projects/${id}/members/bob`, { as: ann })
    const statuses = async () => Promise.all(['?version=1', `?at=${createdAt}`, '/history'].map(async path =>
      (await service.request('GET', `/api/projects/${id}${path}`, { as: bob })).status))
    const before = await statuses()
    await service.request('DELETE', `/api/projects/${id}`, { as: ann })
    expect([before, await statuses()]).toEqual([[403, 403, 403], [403, 403, 403]])
  })
})

describe('changing', () => {
  it('replaces the named fields and leaves the others', async () => {
    const { id } = await create({ description: 'old', dueAt: '2026-05-01T00:00:00Z' })
    expect(await as(ann).updateProject({ params: { id }, body: { description: 'new', dueAt: null } }))
      .toMatchObject({ name: 'Apollo', description: 'new', dueAt: null, version: 2 })
  })
  it('honours If-Match, and If-None-Match on reading', async () => {
    const { id } = await create({})
    const put = (version: string) => service.request('PUT', `/api/projects/${id}`, { as: ann, body: { name: `N${version}` }, headers: { 'if-match': version } })
    expect((await put('"1"')).status).toBe(200)
    expect(await put('"1"')).toMatchObject({ status: 412 })
    expect((await service.request('GET', `/api/projects/${id}`, { as: ann, headers: { 'if-none-match': '"2"' } })).status).toBe(304)
    expect((await service.request('DELETE', `/api/projects/${id}`, { as: ann, headers: { 'if-match': '"1"' } })).status).toBe(412)
  })
  it('moves a key: the old one is free again, a taken one is refused', async () => {
    const { id } = await create({ key: 'OLDKEY' })
    await create({ key: 'OTHER' })
    expect(await service.request('PUT', `/api/projects/${id}`, { as: ann, body: { key: 'OTHER' } })).toMatchObject({ status: 409, body: { code: 'key-taken' } })
    expect((await as(ann).updateProject({ params: { id }, body: { key: 'NEWKEY' } })).key).toBe('NEWKEY')
    await service.log.settled()
    expect((await create({ key: 'OLDKEY' })).key).toBe('OLDKEY')
  })
  it('keeps a key that it goes back to', async () => {
    const { id } = await create({ key: 'BACK' })
    for (const key of ['FORTH', 'BACK', 'FORTH', 'BACK']) await as(ann).updateProject({ params: { id }, body: { key } })
    await service.log.settled()
    expect(await service.request('POST', '/api/projects', { as: ann, body: { name: 'X', key: 'BACK' } })).toMatchObject({ status: 409, body: { code: 'key-taken' } })
    expect((await create({ key: 'FORTH' })).key).toBe('FORTH')
  })
  it('keeps a key that one of two changes of the same version got', async () => {
    const { id } = await create({})
    const put = () => service.request('PUT', `/api/projects/${id}`, { as: ann, body: { key: 'RACE' }, headers: { 'if-match': '"1"' } })
    // Both have claimed the key before either is written.
    service.store.before = async call => { if (call === 'append') await setTimeout(100) }
    expect((await Promise.all([put(), put()])).map(answer => answer.status).toSorted()).toEqual([200, 412])
    service.store.before = async () => {}
    await service.log.settled()
    expect(await service.request('POST', '/api/projects', { as: ann, body: { name: 'X', key: 'RACE' } })).toMatchObject({ status: 409, body: { code: 'key-taken' } })
  })
  it('frees a key after a minute when the process died between the claim and the change', async () => {
    const { id } = await create({ key: 'KEPT' })
    await service.deps.keys.take(organizationId, 'STUCK', id, { actor: 'ann', at: service.clock.now(), correlationId: 'x', causationId: null, commandId: 'x' })
    const wants = async (key: string): Promise<number> => (await service.request('POST', '/api/projects', { as: ann, body: { name: 'X', key } })).status
    expect(await wants('STUCK')).toBe(409)
    service.clock.advance(61_000)
    expect([await wants('STUCK'), await wants('KEPT')]).toEqual([201, 409])
  })
  it('gives a key back when the change is refused', async () => {
    const { id } = await create({ status: 'active' })
    expect(await service.request('PUT', `/api/projects/${id}`, { as: ann, body: { key: 'UNUSED' }, headers: { 'if-match': '"7"' } })).toMatchObject({ status: 412 })
    expect((await create({ key: 'UNUSED' })).key).toBe('UNUSED')
  })
  it('moves through its life, and says what is allowed', async () => {
    const { id } = await create({ status: 'draft' })
    const move = (status: string) => service.request('PATCH', `/api/projects/${id}/status`, { as: ann, body: { status } })
    expect(await move('archived')).toMatchObject({ status: 409, body: { code: 'illegal-transition', context: { allowed: ['active'] } } })
    for (const status of ['active', 'on_hold', 'active', 'completed', 'archived']) expect((await move(status)).status, status).toBe(200)
    expect(await service.request('PUT', `/api/projects/${id}`, { as: ann, body: { name: 'X' } })).toMatchObject({ status: 409, body: { code: 'project-archived' } })
    expect((await move('active')).status).toBe(200)
  })
  it('defines a workflow, but takes no status away from a task', async () => {
    const { id } = await create({})
    const smaller = {
      ...defaultWorkflow, statuses: defaultWorkflow.statuses.filter(s => s.key !== 'in_review'),
      transitions: [{ from: 'todo', to: 'in_progress' }, { from: 'in_progress', to: 'done' }, { from: '*', to: 'cancelled' }],
    }
    const put = (body: object) => service.request('PUT', `/api/projects/${id}/workflow`, { as: ann, body })
    service.answer('/api/tasks', 200, { items: [aTask(id)], nextCursor: null })
    expect(await put(smaller)).toMatchObject({ status: 409, body: { code: 'status-in-use', context: { statuses: ['in_review'] } } })
    service.answer('/api/tasks', 200, { items: [], nextCursor: null })
    expect(await put(smaller)).toMatchObject({ status: 200, body: { workflow: smaller } })
    expect(await put({ ...smaller, initial: 'nowhere' })).toMatchObject({ status: 400, body: { code: 'workflow-invalid', errors: [{ path: 'initial' }] } })
  })
})
const aTask = (projectId: string) => ({
  id: 't1', projectId, title: 'T', description: '', status: 'in_review', priority: 'none', difficulty: null,
  score: { value: 0, parts: [] }, startAt: null, dueAt: null, recurrence: null, assigneeId: null, reporterId: null, parentId: null,
  labels: [], blockedBy: [], blocks: [], estimateMinutes: null, position: 0,
  createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z', completedAt: null, version: 1,
})
