import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { create } from './examples.ts'
import { ann, contextOf, problemOf, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeAll(async () => { bench = await workbench() })
afterAll(() => bench.close())

it('a task that holds up five hundred others takes no more, neither alone, nor with a new task, nor in bulk', async () => {
  const [full, other] = [await bench.created('full'), await bench.created('other')]
  const edges = Array.from({ length: 500 }, (_, i) => ({ taskId: `x${i}`, blockerId: full.id }))
  const meta = { actor: 'ann', at: bench.clock.now(), correlationId: 'x', causationId: null, commandId: 'five hundred' }
  await bench.deps.graphs.handle('acme', 'p1', { type: 'AddEdges', edges, at: meta.at }, meta)
  const alone = await bench.call(ann, 'POST', `/api/tasks/${other.id}/dependencies`, { blockedBy: full.id })
  expect([problemOf(alone), contextOf(alone)]).toEqual([[409, 'too-many-links'], { taskId: full.id, maxLinks: 500 }])
  expect(problemOf(await bench.call(ann, 'POST', '/api/tasks', { projectId: 'p1', title: 'never there', blockedBy: [full.id] }))).toEqual([409, 'too-many-links'])
  expect(Object((await bench.call(ann, 'GET', '/api/tasks?projectId=p1&q=never')).body).items).toEqual([])
  const operations = [full, other].map(({ id }) => ({ op: 'create', task: { projectId: 'p1', title: 'there', blockedBy: [id] } }))
  const { body } = await bench.call(ann, 'POST', '/api/tasks/bulk', { operations })
  expect(Object(body).results.map((r: { problem: { code: string } | null }) => r.problem?.code)).toEqual(['too-many-links', undefined])
})

it('of new tasks that want the last place before a task at once one gets it, and the others are not there', async () => {
  const full = await bench.created('one place left')
  const edges = Array.from({ length: 499 }, (_, i) => ({ taskId: `y${i}`, blockerId: full.id }))
  const meta = { actor: 'ann', at: bench.clock.now(), correlationId: 'x', causationId: null, commandId: 'but one' }
  await bench.deps.graphs.handle('acme', 'p1', { type: 'AddEdges', edges, at: meta.at }, meta)
  const answers = await Promise.all(Array.from({ length: 5 }, () => bench.call(ann, 'POST', '/api/tasks', { projectId: 'p1', title: 'last place', blockedBy: [full.id] })))
  expect(answers.map(answer => answer.status === 201 || problemOf(answer)[1])).toEqual(expect.arrayContaining([true, 'too-many-links']))
  expect(answers.filter(answer => answer.status === 201)).toHaveLength(1)
  await bench.deps.log.settled()
  const { items } = Object((await bench.call(ann, 'GET', '/api/tasks?projectId=p1&q=last')).body)
  expect(items).toEqual(answers.filter(answer => answer.status === 201).map(answer => expect.objectContaining({ id: Object(answer.body).id, blockedBy: [full.id] })))
})

it('a new task whose links are refused holds nothing up', async () => {
  const blocker = await bench.created('waits for what comes')
  const meta = (commandId: string) => ({ actor: 'ann', at: bench.clock.now(), correlationId: 'x', causationId: null, commandId })
  await bench.deps.graphs.handle('acme', 'p1', { type: 'AddEdges', edges: [{ taskId: blocker.id, blockerId: 'n1' }], at: meta('').at }, meta('before'))
  await bench.deps.tasks.handle('acme', 'n1', { ...create, taskId: 'n1', blockedBy: [blocker.id] }, meta('n1'))
  await bench.deps.log.settled()
  expect(Object((await bench.call(ann, 'GET', '/api/tasks/n1')).body)).toMatchObject({ blockedBy: [] })
})

const step = fc.record({ task: fc.nat(5), other: fc.nat(5), add: fc.boolean() })

const anyRounds = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 8 })

it('any sequence of links, many at once, leaves tasks and lists that agree, without a cycle', () => fc.assert(fc.asyncProperty(anyRounds, async rounds => {
  const ids: string[] = []
  for (let i = 0; i < 6; i++) ids.push((await bench.created(`t${i}`)).id)
  for (const round of rounds) {
    const answers = await Promise.all(round.map(({ task, other, add }) => (add
      ? bench.call(ann, 'POST', `/api/tasks/${ids[task]}/dependencies`, { blockedBy: ids[other] })
      : bench.call(ann, 'DELETE', `/api/tasks/${ids[task]}/dependencies/${ids[other]}`))))
    for (const { status } of answers) expect([201, 204, 404, 409]).toContain(status)
  }
  const shown = await Promise.all(ids.map(async id => Object((await bench.call(ann, 'GET', `/api/tasks/${id}`)).body)))
  const { items } = Object((await bench.call(ann, 'GET', '/api/tasks?projectId=p1&limit=200')).body)
  for (const a of shown) {
    for (const b of shown) expect(a.blockedBy.includes(b.id)).toBe(b.blocks.includes(a.id))
    expect(items.find((item: { id: string }) => item.id === a.id)).toEqual(a)
  }
  const waiting = new Set(shown)
  for (let freed = true; freed;) {
    freed = false
    for (const a of waiting) if (!shown.some(b => waiting.has(b) && a.blockedBy.includes(b.id))) freed = waiting.delete(a)
  }
  expect(waiting.size).toBe(0)
}), { numRuns: 10 }))
