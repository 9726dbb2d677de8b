import { expect } from 'vitest'
import WebSocket from 'ws'
import { z } from 'zod'
import type { Ticket } from '../../shared/contracts/user/http.ts'
import type { CloudEvent } from '../../shared/contracts/feed.ts'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import { memoryDapr, type MemoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import type { GatewaySettings } from '../compose.ts'
import { startGateway, type Harness } from './harness.ts'

export type Frame = { type: string; topic?: string; seq?: number; id?: string; name?: string; code?: string; topics?: string[] }
export type Client = {
  frames: Frame[]; say(frame: object): void; until(check: (frames: Frame[]) => boolean): Promise<void>
  closed: Promise<number>; close(): void; events(): string[]
}
export type LiveWorld = {
  readonly gateway: Harness
  dapr: MemoryDapr
  issued: Map<string, Ticket>
  /** Another gateway process; the one before must have stopped. */
  start(settings?: Partial<GatewaySettings>): Promise<void>
  connect(person?: Partial<Ticket>, options?: { origin?: string; ticket?: string }): Promise<Client>
  /** Stands in the producer's feed; the broker has not delivered it. */
  event(type: string, data: object, more?: Partial<CloudEvent>): CloudEvent
  happen(type: string, data: object, more?: Partial<CloudEvent>): Promise<void>
  stop(): Promise<void>
}

export const ticketOf = (person: Partial<Ticket> = {}): Ticket =>
  ({ userId: 'u1', organizationId: 'o1', role: 'member', sessionId: 's1', issuedAt: '2026-05-04T10:00:00.000Z', ...person })
export const task = { taskId: 't1', projectId: 'p1', title: 'T', assigneeId: null, reporterId: null }
const ok = (body: unknown) => ({ status: 200, headers: {}, body })
const unknown = (code: string) => ({ status: 404, headers: {}, body: { type: 't', title: 't', status: 404, detail: 'd', code, traceId: '' } })

/** A gateway, and the services that it asks: u1 of o1 is a member of p1, the one project there is. */
export const liveWorld = async (): Promise<LiveWorld> => {
  const [dapr, issued, feed]: [MemoryDapr, Map<string, Ticket>, CloudEvent[]] = [memoryDapr(), new Map(), []]
  let tickets = 0
  const feedOf = (topic: string, path: string, query: Record<string, unknown>) => {
    if (path === '/internal/feed/heads') return ok({ heads: [topic === 'task-events' ? feed.length : 0] })
    return ok({ events: topic === 'task-events' ? feed.filter(e => e.position > Number(query['after'])) : [], head: feed.length })
  }
  const redeemed = (body: unknown) => {
    const { ticket } = z.object({ ticket: z.string() }).parse(body)
    const whose = issued.get(ticket)
    issued.delete(ticket)
    return whose ? ok(whose) : unknown('ticket-unknown')
  }
  dapr.answer('project', ({ path, query = {} }) => {
    const user = /^\/internal\/memberships\/(.+)$/.exec(path)?.[1]
    if (user) return ok({ projectIds: `${query['organizationId']}/${user}` === 'o1/u1' ? [{ projectId: 'p1', role: 'contributor' }] : [] })
    if (!path.startsWith('/internal/projects/')) return feedOf('project-events', path, query)
    if (!path.endsWith('p1') || query['organizationId'] !== 'o1') return unknown('project-unknown')
    return ok({ id: 'p1', organizationId: 'o1', name: 'P', key: 'P', status: 'active', workflow: defaultWorkflow, members: [], deletedAt: null, version: 1 })
  })
  for (const app of ['task', 'ai'] as const) dapr.answer(app, ({ path, query = {} }) => feedOf(`${app}-events`, path, query))
  dapr.answer('user', ({ path, query = {}, body }) => (path === '/internal/users/ws-tickets/redeem' ? redeemed(body) : feedOf('user-events', path, query)))

  const start = async (settings: Partial<GatewaySettings> = {}): Promise<Harness> => {
    const started = await startGateway({ dapr, settings })
    await started.parts.feeds.start()
    return started
  }
  let gateway = await start()
  const event: LiveWorld['event'] = (type, data, more = {}) => {
    const position = feed.length
    const made: CloudEvent = {
      specversion: '1.0', id: `e${position}`, source: 'task', type, subject: 't1', time: '2026-05-04T10:00:00.000Z', data, dataversion: 1, organizationid: 'o1',
      partition: 0, position, previous: position - 1, aggregateversion: 1, actor: 'u9', correlationid: 'c1', ...more,
    }
    feed.push(made)
    return made
  }
  return {
    get gateway() { return gateway },
    dapr, issued, event, stop: () => gateway.stop(),
    start: async settings => { gateway = await start(settings) },
    happen: async (type, data, more) => { expect(await gateway.parts.feeds.deliver(event(type, data, more), 'task-events')).toBe('SUCCESS') },
    connect: async (person, { origin, ticket } = {}) => {
      const given = ticket ?? `ticket-of-a-test-${++tickets}`
      if (ticket === undefined) issued.set(given, ticketOf(person))
      const ws = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws?ticket=${given}`, origin === undefined ? {} : { origin })
      const frames: Frame[] = []
      const closed = new Promise<number>(resolve => { ws.on('close', resolve) })
      ws.on('message', (data: Buffer) => { frames.push(JSON.parse(data.toString())) })
      await new Promise<void>((resolve, reject) => { ws.on('open', resolve).on('error', reject) })
      return {
        frames, closed, say: frame => { ws.send(JSON.stringify(frame)) }, close: () => { ws.terminate() },
        until: check => expect.poll(() => (check(frames) ? 'it is so' : frames)).toBe('it is so'),
        events: () => frames.filter(f => f.type === 'event').map(f => `${f.topic}:${f.id}`),
      }
    },
  }
}

export const subscribed = async (client: Client, topics: string[], after?: number): Promise<void> => {
  const before = client.frames.filter(f => f.type === 'subscribed').length
  client.say({ type: 'subscribe', topics, ...(after === undefined ? {} : { after }) })
  await client.until(frames => frames.filter(f => f.type === 'subscribed').length > before)
}
