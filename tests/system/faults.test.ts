import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { analyticsApi } from '../../services/shared/contracts/analytics/http.ts'
import { projectApi } from '../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { call, send } from '../support/call.ts'
import { eventually } from '../support/eventually.ts'
import { kill, start, stop } from '../support/parts.ts'
import { founder, type Person } from '../support/people.ts'

const pause = (ms: number) => new Promise<void>(done => { setTimeout(done, ms) })

describe('parts die while commands flow', () => {
  let owner: Person
  let projectId: string
  beforeAll(async () => {
    owner = await founder('Fay Fault')
    const project = await call(projectApi.createProject, { token: owner.token, body: { name: 'Unsinkable' } })
    projectId = 'id' in project ? project.id : ''
  })

  /** Creates a task, again and again with the same key, until it is acknowledged: what a careful client does. */
  const createUntilAcknowledged = async (title: string): Promise<string> => {
    const headers = { 'idempotency-key': randomUUID() }
    const until = performance.now() + 90_000
    for (;;) {
      const began = performance.now()
      const reply = await send('POST', '/api/tasks', { token: owner.token, body: { projectId, title }, headers }).catch(() => undefined)
      if (reply?.status === 201) return taskApi.createTask.reply.parse(reply.json).id
      if (reply) {
        expect([409, 429, 503, 504], reply.text).toContain(reply.status)
        expect(performance.now() - began).toBeLessThan(8_000)
      }
      if (performance.now() > until) throw new Error(`not acknowledged: ${reply?.status} ${reply?.text}`)
      await pause(200)
    }
  }

  it.each([['the task service', 'task'], ['its sidecar', 'task-sidecar'], ['the broker', 'broker'], ['the document store', 'documents'], ['the gateway', 'gateway'], ['the analytics service', 'analytics']])('nothing is lost or done twice when %s is killed', async (_, part) => {
    const label = `${part} ${randomUUID().slice(0, 8)}`
    const acknowledged: string[] = []
    const workers = Array.from({ length: 4 }, async (_worker, w) => {
      for (let i = 0; i < 8; i++) {
        acknowledged.push(await createUntilAcknowledged(`${label} ${w}.${i}`))
        await pause(20)
      }
    })
    await pause(150)
    await kill(part)
    await Promise.all(workers)

    expect(new Set(acknowledged).size).toBe(32)
    const found = await eventually(async () => {
      const { items } = await call(taskApi.listTasks, { token: owner.token, query: { projectId, q: label, limit: 200 } })
      return items.length >= 32 && items
    }, 30_000)
    expect(found.map(task => task.id).toSorted()).toEqual(acknowledged.toSorted())
  }, 180_000)

  it('a write is answered 503 within 5 s while the document store is away, and goes through when it is back', async () => {
    await stop('documents')
    for (let i = 0; i < 3; i++) {
      const began = performance.now()
      const reply = await send('POST', '/api/tasks', { token: owner.token, body: { projectId, title: 'Too early' } })
      expect(reply.status, reply.text).toBe(503)
      expect(reply.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(performance.now() - began).toBeLessThan(5_500)
    }
    await start('documents')
    await createUntilAcknowledged('In time')
  }, 90_000)

  it('every event of all that became one row', async () => {
    const all = new Set<string>()
    for (let cursor: string | undefined; ;) {
      const { items, nextCursor } = await call(taskApi.listTasks, { token: owner.token, query: { projectId, limit: 200, ...(cursor && { cursor }) } })
      for (const item of items) all.add(item.id)
      if (!nextCursor) break
      cursor = nextCursor
    }
    await eventually(async () => {
      const { events } = await call(analyticsApi.counts, { token: owner.token })
      expect(events.find(e => e.name === 'TaskCreated')?.count).toBe(all.size)
      return true
    }, 60_000)
  }, 90_000)
})
