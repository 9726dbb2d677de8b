import { beforeAll, describe, expect, it } from 'vitest'
import { projectApi } from '../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import { call } from '../support/call.ts'
import { colleague, founder, type Person } from '../support/people.ts'
import { openSocket, socketOf } from '../support/socket.ts'

describe('the WebSocket', () => {
  let owner: Person
  let bob: Person
  let projectId: string

  beforeAll(async () => {
    owner = await founder('Grace Socket')
    bob = await colleague(owner)
    const project = await call(projectApi.createProject, { token: owner.token, body: { name: 'Live board' } })
    projectId = 'id' in project ? project.id : ''
    await call(projectApi.addMember, { token: owner.token, params: { id: projectId }, body: { userId: bob.id, role: 'viewer' } })
  })
  const newTask = (title: string) => call(taskApi.createTask, { token: owner.token, body: { projectId, title } })

  it('shows a change to everybody who watches the project', async () => {
    const socket = await socketOf(bob)
    socket.send({ type: 'subscribe', topics: ['me', `project:${projectId}`] })
    await socket.frame(f => f.type === 'subscribed')
    const task = await newTask('Seen at once')
    const frame = await socket.frame(f => f.type === 'event' && f.name === 'TaskCreated')
    expect(frame).toMatchObject({ topic: `project:${projectId}`, data: { taskId: task.id, title: 'Seen at once' } })
    socket.cut()
  })

  it('misses nothing across a drop', async () => {
    const before = await socketOf(bob)
    before.send({ type: 'subscribe', topics: [`project:${projectId}`] })
    await before.frame(f => f.type === 'subscribed')
    await newTask('Before the drop')
    const { seq } = await before.frame(f => f.type === 'event')
    before.cut()
    const missed = [await newTask('Missed 1'), await newTask('Missed 2'), await newTask('Missed 3')]
    const after = await socketOf(bob)
    after.send({ type: 'subscribe', topics: [`project:${projectId}`], after: seq })
    await after.frame(f => f.type === 'resumed')
    for (const task of missed) await after.frame(f => f.type === 'event' && JSON.stringify(f).includes(task.id))
    const ids = after.frames.filter(f => f.type === 'event').map(f => f.id)
    expect(new Set(ids).size).toBe(ids.length)
    after.cut()
  })

  it('takes a ticket once', async () => {
    const { ticket } = await call(userApi.wsTicket, { token: bob.token })
    const first = await openSocket(ticket)
    await expect(openSocket(ticket)).rejects.toThrow()
    await expect(openSocket('made-up')).rejects.toThrow()
    first.cut()
  })

  it('shows nothing of a project to a stranger, nor to a former member', async () => {
    const stranger = await founder('Eve Elsewhere')
    const outside = await socketOf(stranger)
    outside.send({ type: 'subscribe', topics: [`project:${projectId}`] })
    const former = await socketOf(bob)
    former.send({ type: 'subscribe', topics: [`project:${projectId}`] })
    await former.frame(f => f.type === 'subscribed')
    await call(projectApi.removeMember, { token: owner.token, params: { id: projectId, userId: bob.id } })
    await former.frame(f => f.name === 'MemberRemoved' || f.type === 'unsubscribed')
    await newTask('Not for you')
    await new Promise(done => { setTimeout(done, 1_000) })
    expect(JSON.stringify([...outside.frames, ...former.frames])).not.toContain('Not for you')
    outside.cut()
    former.cut()
  })

  it('is closed when the session ends, long before its token does', async () => {
    const carol = await colleague(owner, 'member', 'Carol Leaving')
    const socket = await socketOf(carol)
    await call(userApi.logout, { token: carol.token, body: {} })
    const code = await Promise.race([socket.closed, new Promise<string>(done => { setTimeout(() => { done('still open') }, 30_000) })])
    expect(code).not.toBe('still open')
  })
})
