import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { publicUrl } from './harness.ts'
import { liveWorld, subscribed, task, ticketOf, type LiveWorld } from './live-world.ts'

let world: LiveWorld
beforeEach(async () => { world = await liveWorld() })
afterEach(() => world.stop())

describe('a socket opens', () => {
  it('with a ticket, once', async () => {
    const ticket = 'ticket-that-is-used-twice'
    world.issued.set(ticket, ticketOf())
    const client = await world.connect({}, { ticket })
    await expect(world.connect({}, { ticket })).rejects.toThrow('401')
    client.close()
  })
  it('with no other ticket', async () => {
    for (const ticket of ['', 'unknown-ticket-000000', '../../etc/passwd-00000']) await expect(world.connect({}, { ticket })).rejects.toThrow('401')
  })
  it('not for a role that is no longer his', async () => {
    await world.happen('UserUpdated', { userId: 'u1', changed: ['role'], role: 'member' })
    await expect(world.connect({ role: 'admin' })).rejects.toThrow('401')
    const member = await world.connect()
    member.close()
  })
  it('as often as its address may ask for anything', async () => {
    await world.stop()
    await world.start({ limits: { userPer10s: 100, addressPer10s: 1, signInPerMinute: 100 } })
    const client = await world.connect()
    await expect(world.connect()).rejects.toThrow('429')
    client.close()
  })
  it('from the pages of the platform and not from others', async () => {
    await expect(world.connect({}, { origin: 'https://evil.test' })).rejects.toThrow('403')
    const client = await world.connect({}, { origin: publicUrl })
    client.close()
  })
})

describe('a subscriber', () => {
  it('gets the events of his project and those about himself', async () => {
    const client = await world.connect()
    await subscribed(client, ['me', 'project:p1'])
    await world.happen('TaskCreated', task)
    await world.happen('TaskUpdated', { ...task, assigneeId: 'u1', changes: {} })
    await world.happen('TaskCreated', { ...task, projectId: 'p2' })
    await world.happen('UserLoggedIn', { userId: 'u1', sessionId: 's1' }, { organizationid: '-' })
    await client.until(() => client.events().length === 3)
    expect(client.events()).toEqual(['project:p1:e0', 'me:e1', 'project:p1:e1'])
    expect(client.frames.at(-1)).toMatchObject({ name: 'TaskUpdated', at: '2026-05-04T10:00:00.000Z', actor: 'u9', data: { taskId: 't1' } })
    client.close()
  })
  it('is refused a project that he does not see, or that is another organization\'s', async () => {
    const member = await world.connect()
    await subscribed(member, ['project:p2'])
    expect(member.frames).toMatchObject([{ type: 'error', code: 'project-unknown', topic: 'project:p2' }, { type: 'subscribed', topics: [] }])
    const owner = await world.connect({ userId: 'u2', role: 'owner' })
    await subscribed(owner, ['project:p1', 'project:p7'])
    expect(owner.frames).toMatchObject([{ type: 'error', topic: 'project:p7' }, { type: 'subscribed', topics: ['project:p1'] }])
    const stranger = await world.connect({ userId: 'u1', organizationId: 'o2' })
    await subscribed(stranger, ['project:p1', 'me'])
    await world.happen('TaskUpdated', { ...task, assigneeId: 'u1', changes: {} })
    await owner.until(() => owner.events().length === 1)
    expect(stranger.events()).toEqual([])
    for (const client of [member, owner, stranger]) client.close()
  })
  it('is refused the frame with which he names more projects than his budget still has', async () => {
    await world.stop()
    await world.start({ limits: { userPer10s: 2, addressPer10s: 100, signInPerMinute: 100 } })
    const client = await world.connect()
    // However few requests he may make, a frame or two of many topics are always answered.
    for (let i = 0; i < 5; i++) client.say({ type: 'subscribe', topics: Array.from({ length: 100 }, (_, j) => `project:f${i}-${j}`) })
    await client.until(frames => frames.at(-1)?.code === 'throttled')
    expect(client.frames.filter(f => f.type === 'subscribed')).toHaveLength(4)
    await subscribed(client, ['project:p1'])
    client.close()
  })
  it('is let go, to come back, while nobody can say what he sees', async () => {
    world.dapr.answer('project', () => ({ status: 503, headers: {}, body: { type: 't', title: 't', status: 503, detail: 'd', code: 'store-unavailable', traceId: '' } }))
    const client = await world.connect()
    client.say({ type: 'subscribe', topics: ['project:p1'] })
    expect(await client.closed).toBe(1013)
    expect(client.frames).toMatchObject([{ type: 'error', code: expect.stringContaining('unavailable') }])
  })
  it('sees nothing more from the event on that took his right, and sees it again when he is back', async () => {
    const client = await world.connect()
    await subscribed(client, ['project:p1'])
    await world.happen('TaskCreated', task)
    await world.happen('MemberRemoved', { projectId: 'p1', userId: 'u1' })
    await world.happen('TaskCreated', task)
    await world.happen('MemberAdded', { projectId: 'p1', userId: 'u1', role: 'viewer', allocationPercent: 0 })
    await client.until(() => client.events().length === 3)
    expect(client.events()).toEqual(['project:p1:e0', 'project:p1:e1', 'project:p1:e3'])
    client.close()
  })
  it('is told what was wrong with what he said', async () => {
    const client = await world.connect()
    for (const frame of [{ type: 'subscribe', topics: ['project:../x'] }, { type: 'shout' }, { type: 'subscribe', topics: ['me'], after: -1 }, { type: 'ping' }]) client.say(frame)
    await client.until(frames => frames.length === 4)
    expect(client.frames.map(f => f.code ?? f.type)).toEqual(['bad-frame', 'bad-frame', 'bad-frame', 'pong'])
    client.close()
  })
  it('is let go within moments of the end of his session', async () => {
    const [gone, stays] = [await world.connect(), await world.connect({ sessionId: 's2' })]
    await world.happen('SessionEnded', { userId: 'u1', sessionId: 's1', reason: 'disabled' }, { organizationid: '-' })
    expect(await gone.closed).toBe(4401)
    await expect(world.connect()).rejects.toThrow('401')
    await subscribed(stays, ['me'])
    stays.close()
  })
  it('gets notifications that the notification service pushes', async () => {
    const client = await world.connect()
    await subscribed(client, ['me'])
    const notification = {
      id: 'n1', type: 'assigned', title: 'Hello', body: '', link: '/tasks/t1',
      event: { id: 'e1', name: 'TaskUpdated', subject: 't1', projectId: 'p1', actorId: null },
      readAt: null, createdAt: '2026-05-04T10:00:00.000Z', version: 1,
    }
    const answer = await fetch(`${world.gateway.url}/internal/live/notifications`, {
      method: 'POST', body: JSON.stringify({ organizationId: 'o1', items: [{ userId: 'u1', notification }] }),
      headers: { 'content-type': 'application/json', 'dapr-api-token': 'the-app-token-of-tests', 'dapr-caller-app-id': 'notification' },
    })
    expect(answer.status).toBe(202)
    await client.until(() => client.events().length === 1)
    expect(client.frames.at(-1)).toMatchObject({ topic: 'me', name: 'NotificationAdded', id: 'notification.n1', data: { notification } })
    expect((await fetch(`${world.gateway.url}/internal/live/notifications`, { method: 'POST' })).status).toBe(404)
    client.close()
  })
})
