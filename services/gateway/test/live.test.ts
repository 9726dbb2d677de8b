import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { z } from 'zod'
import type { Ticket } from '../../shared/contracts/user/http.ts'
import type { CloudEvent } from '../../shared/contracts/feed.ts'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import { memoryDapr, type MemoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import { publicUrl, startGateway, type Harness } from './harness.ts'

type Frame = { type: string; topic?: string; seq?: number; id?: string; name?: string; code?: string; topics?: string[] }
type Client = { frames: Frame[]; say(frame: object): void; until(check: (frames: Frame[]) => boolean): Promise<void>; closed: Promise<number>; close(): void; events(): string[] }

let gateway: Harness
let dapr: MemoryDapr
/** What the project service knows: `organization/user` → projects. */
let members: Map<string, string[]>
let feed: CloudEvent[]
const issued = new Map<string, Ticket>()
let position: number

const answers = (): void => {
  dapr.answer('project', ({ path, query = {} }) => {
    const user = /^\/internal\/memberships\/(.+)$/.exec(path)?.[1]
    if (user) return { status: 200, headers: {}, body: { projectIds: (members.get(`${query['organizationId']}/${user}`) ?? []).map(projectId => ({ projectId, role: 'contributor' })) } }
    if (path.startsWith('/internal/projects/')) return path.endsWith('p1') && query['organizationId'] === 'o1'
      ? { status: 200, headers: {}, body: { id: 'p1', organizationId: 'o1', name: 'P', key: 'P', status: 'active', workflow: defaultWorkflow, members: [], deletedAt: null, version: 1 } }
      : { status: 404, headers: {}, body: { type: 't', title: 't', status: 404, detail: 'd', code: 'project-unknown', traceId: '' } }
    return feedOf('project-events', path, query)
  })
  for (const app of ['task', 'ai'] as const) dapr.answer(app, ({ path, query = {} }) => feedOf(`${app}-events`, path, query))
  dapr.answer('user', ({ path, query = {}, body }) => (path === '/internal/users/ws-tickets/redeem' ? redeemed(body) : feedOf('user-events', path, query)))
}
const redeemed = (body: unknown) => {
  const { ticket } = z.object({ ticket: z.string() }).parse(body)
  const whose = issued.get(ticket)
  issued.delete(ticket)
  return whose ? { status: 200, headers: {}, body: whose } : { status: 404, headers: {}, body: { type: 't', title: 't', status: 404, detail: 'd', code: 'ticket-unknown', traceId: '' } }
}
const feedOf = (topic: string, path: string, query: Record<string, unknown>) => {
  if (path === '/internal/feed/heads') return { status: 200, headers: {}, body: { heads: [topic === 'task-events' ? position : 0] } }
  return { status: 200, headers: {}, body: { events: topic === 'task-events' ? feed.filter(e => e.position > Number(query['after'])) : [], head: position } }
}
const event = (type: string, data: object, more: Partial<CloudEvent> = {}): CloudEvent => {
  const made: CloudEvent = {
    specversion: '1.0', id: `e${position}`, source: 'task', type, subject: 't1', time: '2026-05-04T10:00:00.000Z', data, dataversion: 1, organizationid: 'o1',
    partition: 0, position, previous: position - 1, aggregateversion: 1, actor: 'u9', correlationid: 'c1', ...more,
  }
  position += 1
  feed.push(made)
  return made
}
const happen = async (type: string, data: object, more: Partial<CloudEvent> = {}): Promise<void> => { expect(await gateway.parts.feeds.deliver(event(type, data, more), 'task-events')).toBe('SUCCESS') }
const task = { taskId: 't1', projectId: 'p1', title: 'T', assigneeId: null, reporterId: null }

let tickets = 0
const connect = async (person: Partial<Ticket> = {}, options: { origin?: string; ticket?: string } = {}): Promise<Client> => {
  const ticket = options.ticket ?? `ticket-of-a-test-${++tickets}`
  if (options.ticket === undefined) issued.set(ticket, { userId: 'u1', organizationId: 'o1', role: 'member', sessionId: 's1', issuedAt: '2026-05-04T10:00:00.000Z', ...person })
  const ws = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws?ticket=${ticket}`, options.origin === undefined ? {} : { origin: options.origin })
  const frames: Frame[] = []
  const closed = new Promise<number>(resolve => { ws.on('close', resolve) })
  ws.on('message', (data: Buffer) => { frames.push(JSON.parse(data.toString())) })
  await new Promise<void>((resolve, reject) => { ws.on('open', resolve).on('error', reject) })
  return {
    frames, closed, say: frame => { ws.send(JSON.stringify(frame)) }, close: () => { ws.terminate() },
    until: check => vi.waitFor(() => { expect(check(frames), JSON.stringify(frames)).toBe(true) }, 2_000),
    events: () => frames.filter(f => f.type === 'event').map(f => `${f.topic}:${f.id}`),
  }
}
const subscribed = async (client: Client, topics: string[], after?: number): Promise<void> => {
  const before = client.frames.filter(f => f.type === 'subscribed').length
  client.say({ type: 'subscribe', topics, ...(after === undefined ? {} : { after }) })
  await client.until(frames => frames.filter(f => f.type === 'subscribed').length > before)
}

beforeEach(async () => {
  dapr = memoryDapr()
  members = new Map([['o1/u1', ['p1']]])
  feed = []
  position = 0
  answers()
  gateway = await startGateway({ dapr })
  await gateway.parts.feeds.start()
})
afterEach(() => gateway.stop())

describe('a socket opens', () => {
  it('with a ticket, once', async () => {
    const ticket = 'ticket-that-is-used-twice'
    issued.set(ticket, { userId: 'u1', organizationId: 'o1', role: 'member', sessionId: 's1', issuedAt: '2026-05-04T10:00:00.000Z' })
    const client = await connect({}, { ticket })
    await expect(connect({}, { ticket })).rejects.toThrow('401')
    client.close()
  })
  it('with no other ticket', async () => {
    for (const ticket of ['', 'unknown-ticket-000000', '../../etc/passwd-00000']) await expect(connect({}, { ticket })).rejects.toThrow('401')
  })
  it('not for a role that is no longer his', async () => {
    await happen('UserUpdated', { userId: 'u1', changed: ['role'], role: 'member' })
    await expect(connect({ role: 'admin' })).rejects.toThrow('401')
    const member = await connect()
    member.close()
  })
  it('as often as its address may ask for anything', async () => {
    await gateway.stop()
    gateway = await startGateway({ dapr, settings: { limits: { userPer10s: 100, addressPer10s: 1, signInPerMinute: 100 } } })
    const client = await connect()
    await expect(connect()).rejects.toThrow('429')
    client.close()
  })
  it('from the pages of the platform and not from others', async () => {
    await expect(connect({}, { origin: 'https://evil.test' })).rejects.toThrow('403')
    const client = await connect({}, { origin: publicUrl })
    client.close()
  })
})

describe('a subscriber', () => {
  it('gets the events of his project and those about himself', async () => {
    const client = await connect()
    await subscribed(client, ['me', 'project:p1'])
    await happen('TaskCreated', task)
    await happen('TaskUpdated', { ...task, assigneeId: 'u1', changes: {} })
    await happen('TaskCreated', { ...task, projectId: 'p2' })
    await happen('UserLoggedIn', { userId: 'u1', sessionId: 's1' }, { organizationid: '-' })
    await client.until(() => client.events().length === 3)
    expect(client.events()).toEqual(['project:p1:e0', 'me:e1', 'project:p1:e1'])
    expect(client.frames.at(-1)).toMatchObject({ name: 'TaskUpdated', at: '2026-05-04T10:00:00.000Z', actor: 'u9', data: { taskId: 't1' } })
    client.close()
  })
  it('is refused a project that he does not see, or that is another organization\'s', async () => {
    const member = await connect()
    await subscribed(member, ['project:p2'])
    expect(member.frames).toMatchObject([{ type: 'error', code: 'project-unknown', topic: 'project:p2' }, { type: 'subscribed', topics: [] }])
    const owner = await connect({ userId: 'u2', role: 'owner' })
    await subscribed(owner, ['project:p1', 'project:p7'])
    expect(owner.frames).toMatchObject([{ type: 'error', topic: 'project:p7' }, { type: 'subscribed', topics: ['project:p1'] }])
    const stranger = await connect({ userId: 'u1', organizationId: 'o2' })
    await subscribed(stranger, ['project:p1', 'me'])
    await happen('TaskUpdated', { ...task, assigneeId: 'u1', changes: {} })
    await owner.until(() => owner.events().length === 1)
    expect(stranger.events()).toEqual([])
    for (const client of [member, owner, stranger]) client.close()
  })
  it('is let go, to come back, while nobody can say what he sees', async () => {
    dapr.answer('project', () => ({ status: 503, headers: {}, body: { type: 't', title: 't', status: 503, detail: 'd', code: 'store-unavailable', traceId: '' } }))
    const client = await connect()
    client.say({ type: 'subscribe', topics: ['project:p1'] })
    expect(await client.closed).toBe(1013)
    expect(client.frames).toMatchObject([{ type: 'error', code: expect.stringContaining('unavailable') }])
  })
  it('sees nothing more from the event on that took his right, and sees it again when he is back', async () => {
    const client = await connect()
    await subscribed(client, ['project:p1'])
    await happen('TaskCreated', task)
    await happen('MemberRemoved', { projectId: 'p1', userId: 'u1' })
    await happen('TaskCreated', task)
    await happen('MemberAdded', { projectId: 'p1', userId: 'u1', role: 'viewer', allocationPercent: 0 })
    await client.until(() => client.events().length === 3)
    expect(client.events()).toEqual(['project:p1:e0', 'project:p1:e1', 'project:p1:e3'])
    client.close()
  })
  it('is told what was wrong with what he said', async () => {
    const client = await connect()
    for (const frame of [{ type: 'subscribe', topics: ['project:../x'] }, { type: 'shout' }, { type: 'subscribe', topics: ['me'], after: -1 }, { type: 'ping' }]) client.say(frame)
    await client.until(frames => frames.length === 4)
    expect(client.frames.map(f => f.code ?? f.type)).toEqual(['bad-frame', 'bad-frame', 'bad-frame', 'pong'])
    client.close()
  })
  it('is let go within moments of the end of his session', async () => {
    const [gone, stays] = [await connect(), await connect({ sessionId: 's2' })]
    await happen('SessionEnded', { userId: 'u1', sessionId: 's1', reason: 'disabled' }, { organizationid: '-' })
    expect(await gone.closed).toBe(4401)
    await expect(connect()).rejects.toThrow('401')
    await subscribed(stays, ['me'])
    stays.close()
  })
  it('gets notifications that the notification service pushes', async () => {
    const client = await connect()
    await subscribed(client, ['me'])
    const notification = {
      id: 'n1', type: 'assigned', title: 'Hello', body: '', link: '/tasks/t1', event: { id: 'e1', name: 'TaskUpdated', subject: 't1', projectId: 'p1', actorId: null }, readAt: null, createdAt: '2026-05-04T10:00:00.000Z',
    }
    const answer = await fetch(`${gateway.url}/internal/live/notifications`, {
      method: 'POST', body: JSON.stringify({ organizationId: 'o1', items: [{ userId: 'u1', notification }] }),
      headers: { 'content-type': 'application/json', 'dapr-api-token': 'the-app-token-of-tests', 'dapr-caller-app-id': 'notification' },
    })
    expect(answer.status).toBe(202)
    await client.until(() => client.events().length === 1)
    expect(client.frames.at(-1)).toMatchObject({ topic: 'me', name: 'NotificationAdded', id: 'notification.n1', data: { notification } })
    expect((await fetch(`${gateway.url}/internal/live/notifications`, { method: 'POST' })).status).toBe(404)
    client.close()
  })
})

describe('after a drop', () => {
  it('a client gets what it missed, in order', async () => {
    const first = await connect()
    await subscribed(first, ['project:p1'])
    await happen('TaskCreated', task)
    await first.until(() => first.events().length === 1)
    const { seq } = first.frames.at(-1)!
    first.close()
    await happen('TaskCreated', task)
    await happen('TaskCreated', task)
    const second = await connect()
    await subscribed(second, ['project:p1'], seq)
    await second.until(() => second.events().length === 2)
    expect(second.frames.map(f => f.id ?? f.type)).toEqual(['subscribed', 'resumed', 'e1', 'e2'])
    second.close()
  })
  it('a client that was away too long, or comes from another journal, hears of the gap', async () => {
    const client = await connect()
    await subscribed(client, ['me'], 17)
    expect(client.frames.map(f => f.type)).toEqual(['subscribed', 'gap'])
    client.close()
  })
  it('of his right to see all a client misses nothing of what he still sees', async () => {
    const admin = await connect({ role: 'admin' })
    await subscribed(admin, ['project:p1'])
    await happen('TaskCreated', task)
    await admin.until(() => admin.events().length === 1)
    await happen('UserUpdated', { userId: 'u1', changed: ['role'], role: 'member' })
    expect(await admin.closed).toBe(1013)
    await happen('TaskCreated', task)
    const member = await connect()
    await subscribed(member, ['project:p1'], admin.frames.at(-1)!.seq)
    await member.until(() => member.events().length === 1)
    expect(member.events()).toEqual(['project:p1:e2'])
    member.close()
  })
  it('of the gateway waits for no socket: each is sent away, and nobody is let in any more', async () => {
    const client = await connect()
    await gateway.parts.letGo()
    expect(await client.closed).toBe(1001)
    await expect(connect()).rejects.toThrow('503')
    const began = performance.now()
    await gateway.drain(8_000)
    expect(performance.now() - began).toBeLessThan(3_000)
  })
  it('of the gateway a client misses nothing: not what came before, nor while it was away', async () => {
    const client = await connect()
    await subscribed(client, ['project:p1'])
    await happen('TaskCreated', task)
    await client.until(() => client.events().length === 1)
    const before = client.frames.at(-1)!.seq!
    await gateway.stop()
    expect(await client.closed).toBe(1001)
    // The broker's delivery goes to nobody; the producer still has it.
    event('TaskCreated', task)
    gateway = await startGateway({ dapr })
    await gateway.parts.feeds.start()
    const again = await connect()
    await subscribed(again, ['project:p1'], before)
    await again.until(frames => frames.some(f => f.id === 'e1'))
    expect(again.frames.map(f => f.type)).toContain('resumed')
    expect(again.frames.find(f => f.id === 'e1')!.seq!).toBeGreaterThan(before)
    again.close()
  })
})
