import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { aiApi } from '../../shared/contracts/ai/http.ts'
import { aiEvents } from '../../shared/contracts/ai/events.ts'
import { aiInternal } from '../../shared/contracts/ai/internal.ts'
import { Task } from '../../shared/contracts/task/model.ts'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import { testClock } from '../../shared/kit/clock.ts'
import { memoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { aggregate } from '../../shared/kit/events/log/aggregate.ts'
import { openLog } from '../../shared/kit/events/log/open-log.ts'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import type { Actor } from '../../shared/kit/http/call.ts'
import { testServer, type TestServer } from '../../shared/kit/http/test-server.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import type { AiDeps } from '../deps.ts'
import { analysis, type AnalysisEvent } from '../domain/analysis.ts'
import { localReader } from '../engine/local.ts'
import { toPublic } from '../publish.ts'
import { routes } from '../routes.ts'

const clock = testClock('2026-03-26T14:00:00.000Z')
const dapr = memoryDapr()
const log = openLog<AnalysisEvent, typeof aiEvents>({
  db: memoryStore(), service: 'ai', topic: aiEvents, dapr, clock, logger: silentLogger,
  toPublic: c => c.events.map(e => toPublic(c.aggregateId, e)),
})
const known = '0197a3c4-1111-7abc-8def-0123456789ab'
const foreign = '0197a3c4-2222-7abc-8def-0123456789ab'
let answersLost = 0
let refused: Refused | undefined
let created: { body: object; token: string | undefined }[] = []
const task = (body: object): Task => Task.parse({
  id: 't1', description: '', status: 'todo', difficulty: null, score: { value: 0, parts: [] }, startAt: null, dueAt: null,
  recurrence: null, assigneeId: null, reporterId: 'ann', parentId: null, blockedBy: [], blocks: [],
  estimateMinutes: null, position: 0, createdAt: clock.now(), updatedAt: clock.now(), completedAt: null, version: 1, ...body,
})
const deps: AiDeps = {
  read: localReader, analyses: aggregate({ name: 'analysis', log, decider: analysis }),
  projects: { getProject: async ({ params: { id }, query }) => {
    if (id !== 'p1' || query.organizationId !== 'o1') throw new Refused('missing', 'project-unknown')
    const members = ['ann', 'jose'].map(userId => ({ userId, role: 'contributor' as const, allocationPercent: 0 }))
    return {
      id, organizationId: 'o1', name: 'Apollo', key: 'AP', status: 'active', workflow: defaultWorkflow, members, deletedAt: null, version: 1,
    }
  } },
  names: { names: async () => ({ users: [
    { id: 'ann', name: 'Ann Lee', avatarUrl: null, disabled: false }, { id: 'jose', name: 'José García', avatarUrl: null, disabled: false },
  ] }) },
  users: { showProfile: async () => ({ timezone: 'America/New_York' }) as Awaited<ReturnType<AiDeps['users']['showProfile']>> },
  tasks: {
    getTask: async ({ params: { id } }) => {
      if (!id.startsWith('0197a3c4-1111')) throw new Refused('missing', 'task-unknown')
      return task({ projectId: 'p1', title: 'x', priority: 'none', labels: [] })
    },
    createTask: async ({ body, token }) => {
      if (refused) throw refused
      const lost = answersLost-- > 0
      created.push({ body, token })
      if (lost) throw new Refused('unavailable', 'task-unavailable')
      return task(body)
    },
  },
}
let server: TestServer
beforeAll(async () => { await log.start(); server = await testServer(routes(deps), { clock }) })
afterAll(async () => { await server.close(); await log.stop() })
beforeEach(() => { created = []; answersLost = 0; refused = undefined })
const person = (userId: string, role: Actor['role'] = 'member', organizationId = 'o1'): Actor => ({ userId, organizationId, role, sessionId: 's1' })
type Body = Parameters<ReturnType<typeof server.client<typeof aiApi>>['naturalLanguage']>[0]['body']
const ask = (actor: Actor, body: Body) => server.client(aiApi, { as: actor }).naturalLanguage({ body })

describe('a sentence over HTTP', () => {
  it('becomes a proposal in the time zone of the profile, and an event without the text', async () => {
    const { engine, proposal, analysisId, task: none } = await ask(person('ann'), { text: 'Call the bank tomorrow at 9am @jose #secret-plan', projectId: 'p1' })
    const proposed = { title: 'Call the bank', dueAt: '2026-03-27T13:00:00.000Z', assigneeId: 'jose', labels: ['secret-plan'] }
    expect([engine, proposal.task, none]).toMatchObject(['local', proposed, undefined])
    await log.settled()
    const events = dapr.published.filter(p => p.event.subject === analysisId)
    const data = { kind: 'natural-language', requestedBy: 'ann', engine: 'local', taskId: null, projectId: 'p1' }
    expect(events).toMatchObject([{ topic: 'ai-events', event: { type: 'AIAnalysisCompleted', data } }])
    expect(JSON.stringify(events)).not.toContain('secret-plan')
    expect(created).toEqual([])
  })
  it('is created by the caller’s own token when committed', async () => {
    const { task: made } = await ask(person('ann'), { text: `Deploy on Friday p1 blocked by ${known}`, projectId: 'p1', timezone: 'UTC', commit: true })
    expect(made).toMatchObject({ id: 't1', title: 'Deploy', priority: 'urgent' })
    const body = { projectId: 'p1', title: 'Deploy', priority: 'urgent', labels: [], dueAt: '2026-03-27T23:59:00.000Z', blockedBy: [known] }
    expect(created).toEqual([{ body, token: expect.stringMatching(/^test\./) }])
  })
  it.each([
    ['too-many-links', 'rule'], ['project-closed', 'rule'], ['blocker-unknown', 'missing'],
  ] as const)('is refused as the task service refuses it: %s', async (code, kind) => {
    refused = new Refused(kind, code, 'No.')
    await expect(ask(person('ann'), { text: `Deploy blocked by ${known}`, projectId: 'p1', commit: true })).rejects.toMatchObject({ kind, code })
  })
  it('that is longer than a title is created with the rest as its description', async () => {
    const words = 'word '.repeat(390).trim()
    await ask(person('ann'), { text: words, projectId: 'p1', commit: true })
    const [title, description] = ['word '.repeat(100).trim(), 'word '.repeat(290).trim()]
    expect(created).toEqual([{ body: { projectId: 'p1', title, description, priority: 'none', labels: [] }, token: expect.any(String) }])
  })
  it('that repeats keeps the time zone it was understood in, in the proposal and in the task', async () => {
    const { proposal } = await ask(person('ann'), { text: 'Report every Monday', projectId: 'p1', commit: true })
    expect(proposal.task).toMatchObject({ dueAt: '2026-03-31T03:59:00.000Z', recurrence: 'FREQ=WEEKLY;BYDAY=MO', timezone: 'America/New_York' })
    expect(created).toMatchObject([{ body: { recurrence: 'FREQ=WEEKLY;BYDAY=MO', timezone: 'America/New_York' } }])
  })
  it.each([
    ['nobody of that name', `Check @zoe`], ['a blocker that the caller cannot see', `Deploy blocked by ${foreign}`], ['no words left', 'tomorrow'],
  ])('is not created while something is open: %s', async (_, text) => {
    await expect(ask(person('ann'), { text, projectId: 'p1', commit: true })).rejects.toMatchObject({ kind: 'rule', code: 'proposal-open' })
    expect(created).toEqual([])
    expect((await ask(person('ann'), { text, projectId: 'p1' })).proposal.questions).toHaveLength(1)
  })
  it.each([
    ['51 labels', `Sort them ${Array.from({ length: 51 }, (_, i) => `#l${i}`).join(' ')}`],
    ['51 blockers', `Deploy blocked by ${Array.from({ length: 51 }, (_, i) => known.slice(0, -2) + String(i + 10)).join(',')}`],
    ['a day that never comes', 'Pay the fee every year on February 30'],
    ['a Monday that never comes', 'Meet every sixth Monday of the month'],
    ['a time beyond the last year', 'Travel from Monday to 31 December 2250'],
    ['a rule that begins beyond it', 'Report every year on 1 March starting 31 December 2199'],
  ])('may hold more than a task can: %s', async (_, text) => {
    const { status, body } = await server.request('POST', '/api/ai/natural-language', { as: person('ann'), body: { text, projectId: 'p1', timezone: 'UTC' } })
    expect([status, body]).toMatchObject([200, { proposal: { task: { projectId: 'p1' } } }])
  })
  it.each([
    ['another organization', person('ann', 'owner', 'o2'), 'missing'],
    ['somebody who is no member', person('bob'), 'forbidden'],
    ['a guest who is no member', person('bob', 'guest'), 'forbidden'],
  ] as const)('is refused to %s', async (_, actor, kind) => expect(ask(actor, { text: 'Buy milk', projectId: 'p1' })).rejects.toMatchObject({ kind }))
  it('may be read by an owner who is no member', async () => {
    const { proposal } = await ask(person('zoe', 'owner'), { text: 'Buy milk', projectId: 'p1' })
    expect(proposal.task.title).toBe('Buy milk')
  })
  it.each([
    [{}], [{ text: '' }], [{ text: 'x'.repeat(2001) }], [{ text: 'x', timezone: 'Mars/Olympus' }], [{ text: 'x', commit: 'yes' }],
    [{ text: { $ne: null } }], [{ text: 'x', extra: 1 }],
  ])('is refused when malformed: %j', async body =>
    expect((await server.request('POST', '/api/ai/natural-language', { as: person('ann'), body })).status).toBe(400))
  it('gives the first answer again to the same Idempotency-Key', async () => {
    const body = { text: 'Buy milk', projectId: 'p1', commit: true, timezone: 'UTC' }
    const send = () => server.request('POST', '/api/ai/natural-language', { as: person('ann'), body, headers: { 'idempotency-key': 'k1' } })
    const [first, second] = [await send(), await send()]
    expect([second.body, created.length]).toEqual([first.body, 1])
  })
  it('asks for the same task again when it comes a second time with its Idempotency-Key, later', async () => {
    const body = { text: 'Paint the fence in 2 hours', projectId: 'p1', commit: true, timezone: 'UTC' }
    const send = () => server.request('POST', '/api/ai/natural-language', { as: person('ann'), body, headers: { 'idempotency-key': 'k2' } })
    answersLost = 1
    expect((await send()).status).toBe(503)
    clock.advance(3_000)
    expect((await send()).status).toBe(200)
    expect(created[1]).toEqual(created[0])
  })
})

it('has nothing to erase, and says so to the user service only', async () => {
  const body = { organizationId: 'o1', userId: 'ann', sagaId: 'close-account.1' }
  expect(await server.client(aiInternal, { caller: 'user' }).erase({ body })).toEqual({ sagaId: body.sagaId })
  await expect(server.client(aiInternal, { caller: 'task' }).erase({ body })).rejects.toMatchObject({ kind: 'forbidden' })
})
