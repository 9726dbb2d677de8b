import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import { getIn } from '../../shared/kit/persistent-map.ts'
import { taskParents } from '../commands/parents.ts'
import { ann, problemOf, taskOf, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeAll(async () => { bench = await workbench() })
afterAll(() => bench.close())

describe('a subtask', () => {
  it('stands below a parent of the same project, at most five levels deep, never below itself', async () => {
    const line = [await bench.created('level 0')]
    for (let i = 1; i <= 5; i++) line.push(await bench.created(`level ${i}`, { parentId: line[i - 1]?.id }))
    expect(problemOf(await bench.call(ann, 'POST', '/api/tasks', { projectId: 'p1', title: 'level 6', parentId: line[5]?.id }))).toEqual([409, 'too-deep'])
    expect(problemOf(await bench.call(ann, 'PUT', `/api/tasks/${line[0]?.id}`, { parentId: line[3]?.id }))).toEqual([409, 'parent-cycle'])
    expect(problemOf(await bench.call(ann, 'PUT', `/api/tasks/${line[0]?.id}`, { parentId: (await bench.created('above')).id }))).toEqual([409, 'too-deep'])
    expect(taskOf(await bench.call(ann, 'PUT', `/api/tasks/${line[3]?.id}`, { parentId: null })).parentId).toBeNull()
    expect(taskOf(await bench.call(ann, 'PUT', `/api/tasks/${line[0]?.id}`, { parentId: line[5]?.id })).parentId).toBe(line[5]?.id)
  })
  it('stands below the same parent for all who decide, though two replicas move it at once', async () => {
    const store = memoryStore()
    const [one, two] = [await workbench({ store }), await workbench({ store })]
    const [task, p1, p2] = [await one.created('moved'), await one.created('one'), await one.created('two')]
    const meta = (commandId: string) => ({ actor: 'ann', at: one.clock.now(), correlationId: commandId, causationId: null, commandId })
    const gate = Promise.withResolvers<void>()
    const { tasks } = one.deps
    const slow = taskParents(one.deps).move('acme', 'p1', { taskId: task.id, to: p1.id }, meta('slow'), async () => {
      await gate.promise
      return tasks.handle('acme', task.id, { type: 'UpdateTask', taskId: task.id, fields: { parentId: p1.id }, mentions: [], at: one.clock.now() }, meta('slow'))
    })
    await expect.poll(async () => getIn((await one.deps.graphs.load('acme', 'p1')).state.parents, task.id)).toBe(p1.id)
    taskOf(await two.call(ann, 'PUT', `/api/tasks/${task.id}`, { parentId: p2.id }))
    gate.resolve()
    await slow
    for (const bench of [one, two]) await bench.deps.log.settled()
    expect(taskOf(await two.call(ann, 'GET', `/api/tasks/${task.id}`)).parentId).toBe(p1.id)
    expect(problemOf(await two.call(ann, 'PUT', `/api/tasks/${p1.id}`, { parentId: task.id }))[1]).toBe('parent-cycle')
    await one.close()
    await two.close()
  })
  it('lets only one of two moves that would close a cycle through', async () => {
    const [a, b] = [await bench.created('a'), await bench.created('b')]
    const answers = await Promise.all([bench.call(ann, 'PUT', `/api/tasks/${a.id}`, { parentId: b.id }), bench.call(ann, 'PUT', `/api/tasks/${b.id}`, { parentId: a.id })])
    expect(answers.map(x => x.status).sort()).toEqual([200, 409])
  })
  it('stays where the move put it that was answered well, when two move the same version', async () => {
    const store = memoryStore()
    const slow = await workbench({ store })
    const [task, one, two] = [await slow.created('between'), await slow.created('one'), await slow.created('two')]
    // Both have looked at the task before either is written.
    store.before = async call => { if (call === 'append') await setTimeout(100) }
    const answers = await Promise.all([one, two].map(to => slow.call(ann, 'PUT', `/api/tasks/${task.id}`, { parentId: to.id }, { 'If-Match': '"1"' })))
    expect(answers.map(x => x.status).sort()).toEqual([200, 412])
    await slow.deps.log.settled()
    expect([taskOf(await slow.call(ann, 'GET', `/api/tasks/${task.id}`))]).toEqual(answers.flatMap(x => (x.status === 200 ? [taskOf(x)] : [])))
    await slow.close()
  })
  it('is created below what a deleted task stands above, but not below that', async () => {
    const above = await bench.created('above')
    const parent = await bench.created('parent', { parentId: above.id })
    await bench.call(ann, 'DELETE', `/api/tasks/${above.id}`)
    const child = await bench.created('child', { parentId: parent.id })
    expect(problemOf(await bench.call(ann, 'POST', '/api/tasks', { projectId: 'p1', title: 'x', parentId: above.id }))).toEqual([404, 'parent-unknown'])
    await bench.call(ann, 'POST', `/api/tasks/${above.id}/restore`)
    expect(problemOf(await bench.call(ann, 'PUT', `/api/tasks/${above.id}`, { parentId: child.id }))).toEqual([409, 'parent-cycle'])
  })
})
