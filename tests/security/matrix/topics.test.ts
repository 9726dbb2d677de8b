import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { topicPolicies } from '../../../services/shared/contracts/policies.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import { call, refused } from '../../support/call.ts'
import { socketOf, type Socket } from '../../support/socket.ts'
import { author, columns, isAllowed, mayRead, type Column } from './columns.ts'
import { makeWorld, type World } from './world.ts'

describe('the topics of the socket', () => {
  const sockets = new Map<Column, Socket>()
  const living = columns.filter((column): column is Exclude<Column, 'anonymous' | 'disabled'> => column !== 'anonymous' && column !== 'disabled')
  let world: World
  beforeAll(async () => {
    world = await makeWorld()
    for (const column of living) sockets.set(column, await socketOf(world.people[column]))
  })
  afterAll(() => { for (const socket of sockets.values()) socket.cut() })
  const of = (column: Column): Socket => { const socket = sockets.get(column); if (!socket) throw new Error(`${column} has no socket`); return socket }

  it('need a ticket, which neither the anonymous nor the disabled get', async () => {
    expect((await refused(userApi.wsTicket)).status).toBe(401)
    expect((await refused(userApi.wsTicket, { token: world.people.disabled.token })).status).toBe(401)
  })

  it.each(living)('are granted to the %s as the policies say', async column => {
    of(column).send({ type: 'subscribe', topics: ['me', `project:${world.projectId}`] })
    const { topics = [] } = await of(column).frame(f => f.type === 'subscribed')
    expect(topics).toEqual([...(isAllowed(column, topicPolicies.me) ? ['me'] : []), ...(isAllowed(column, topicPolicies.project) ? [`project:${world.projectId}`] : [])])
  })

  it('show what happens to those who may see it, and to nobody else', async () => {
    const task = await call(taskApi.createTask, {
      token: world.founder.token,
      body: { projectId: world.projectId, title: `Shown ${world.words.project}`, assigneeId: world.people.contributor.id },
    })
    await call(taskApi.addComment, { token: world.founder.token, params: { id: task.id }, body: { text: `Said ${world.words.project}` } })
    for (const column of living.filter(one => mayRead(one).project)) await of(column).frame(f => f.name === 'CommentAdded' && JSON.stringify(f).includes(task.id))
    // Frames leave in order, so whoever hears this pong has heard all before it.
    for (const column of living) of(column).send({ type: 'ping' })
    for (const column of living) await of(column).frame(f => f.type === 'pong')
    for (const column of living.filter(one => !mayRead(one).project)) {
      const shown = of(column).frames.filter(f => JSON.stringify(f).includes(world.words.project) || JSON.stringify(f).includes(task.id))
      expect(shown, column).toEqual([])
    }
    // It is about the contributor, who has the task, and the owner of the organization, who asked for it.
    for (const column of living.filter(one => one !== author && one !== 'organizationOwner')) {
      const own = of(column).frames.filter(f => f.type === 'event' && f.topic === 'me' && JSON.stringify(f).includes(world.words.project))
      expect(own, column).toEqual([])
    }
  })

  it('stop at once for who is taken out, and for who is shut out', async () => {
    const { viewer, contributor } = world.people
    await call(userApi.disableMember, { token: world.founder.token, params: { id: contributor.id }, body: { disabled: true } })
    const since = performance.now()
    expect(await of('contributor').closed).toBe(4401)
    // The token itself would live for ten minutes.
    expect(performance.now() - since).toBeLessThan(20_000)
    expect((await refused(taskApi.getTask, { token: contributor.token, params: { id: world.taskId } })).status).toBe(401)
    expect((await call(userApi.showProfile, { token: viewer.token })).id).toBe(viewer.id)
  })
})
