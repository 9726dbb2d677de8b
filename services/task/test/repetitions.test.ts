import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { getIn } from '../../shared/kit/persistent-map.ts'
import { bulk } from '../commands/bulk.ts'
import { taskChanges } from '../commands/change-task.ts'
import { ann, problemOf, taskOf, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeEach(async () => { bench = await workbench() })
afterEach(() => bench.close())
const meta = (commandId: string, over: Partial<CommandMeta> = {}): CommandMeta =>
  ({ actor: 'ann', at: bench.clock.now(), correlationId: 'x', causationId: null, commandId, ...over })
const get = async (id: string) => taskOf(await bench.call(ann, 'GET', `/api/tasks/${id}`))
/** The bulk operation in a service that cannot change one task at the moment. */
const bulkWithout = (id?: string) => async (...asked: Parameters<ReturnType<typeof bulk>>) => {
  const { tasks } = bench.deps
  const { handle } = tasks
  const without = vi.spyOn(tasks, 'handle').mockImplementation((organizationId, taskId, ...rest) => (taskId === id
    ? Promise.reject(new Refused('unavailable', 'store-away'))
    : handle(organizationId, taskId, ...rest)))
  try { return await bulk(bench.changes, bench.clock)(...asked) } finally { without.mockRestore() }
}

describe('a repetition', () => {
  it('of a move that was taken back is decided anew: no task ends up below itself', async () => {
    const [task, parent] = [await bench.created('task'), await bench.created('parent')]
    const operations = [{ op: 'update' as const, id: task.id, fields: { parentId: parent.id } }]
    expect((await bulkWithout(task.id)(ann, operations, meta('b1'), () => 'x')).map(r => r.status)).toEqual([503])
    taskOf(await bench.call(ann, 'PUT', `/api/tasks/${parent.id}`, { parentId: task.id }))
    expect((await bulkWithout()(ann, operations, meta('b1'), () => 'x')).map(r => r.problem?.code)).toEqual(['parent-cycle'])
    expect([(await get(task.id)).parentId, (await get(parent.id)).parentId]).toEqual([null, task.id])
    const { parents } = (await bench.deps.graphs.load('acme', 'p1')).state
    expect([getIn(parents, task.id), getIn(parents, parent.id)]).toEqual([null, task.id])
  })
  it('of a move that was answered finds it made, though the task has another version by now and stands elsewhere', async () => {
    const [task, one, two, away] = [await bench.created('task'), await bench.created('one'), await bench.created('two'), await bench.created('away')]
    const operations = [{ op: 'update' as const, id: task.id, version: 1, fields: { parentId: one.id } }, { op: 'update' as const, id: away.id, fields: { title: 'changed' } }]
    expect((await bulkWithout(away.id)(ann, operations, meta('b1'), () => 'x')).map(r => r.status)).toEqual([200, 503])
    taskOf(await bench.call(ann, 'PUT', `/api/tasks/${task.id}`, { parentId: two.id }))
    expect((await bulkWithout()(ann, operations, meta('b1'), () => 'x')).map(r => [r.status, r.version])).toEqual([[200, 3], [200, 2]])
    expect((await get(task.id)).parentId).toBe(two.id)
  })
  it('of a dependency that was added under If-Match finds it there; another one is refused', async () => {
    const [task, blocker] = [await bench.created('task'), await bench.created('blocker')]
    const changes = taskChanges(bench.deps)
    const add = (commandId: string) => changes.addDependency(ann, task.id, blocker.id, meta(commandId, { expectedVersion: 1 }))
    const first = await add('key 1')
    expect(await add('key 1')).toEqual(first)
    await expect(add('key 2')).rejects.toMatchObject({ kind: 'stale' })
  })
  it('of a new task whose links were refused takes it away, if the store went away before the first try could', async () => {
    const full = await bench.created('full')
    const { tasks, graphs } = bench.deps
    const edges = Array.from({ length: 500 }, (_, i) => ({ taskId: `x${i}`, blockerId: full.id }))
    const handle: typeof tasks.handle = async (organizationId, id, command, own) => {
      if (command.type === 'DeleteTask') throw new Refused('unavailable', 'store-away')
      await graphs.handle('acme', 'p1', { type: 'AddEdges', edges, at: own.at }, meta('others come first'))
      return tasks.handle(organizationId, id, command, own)
    }
    const create = (by: Pick<typeof bench.deps, 'tasks'>) => taskChanges({ ...bench.deps, ...by })
      .create(ann, 'new', { projectId: 'p1', title: 'new', blockedBy: [full.id] }, meta('key 1'))
    await expect(create({ tasks: { ...tasks, handle } })).rejects.toMatchObject({ code: 'store-away' })
    expect((await get('new')).blockedBy).toEqual([])
    await expect(create({ tasks })).rejects.toMatchObject({ code: 'too-many-links' })
    expect(problemOf(await bench.call(ann, 'GET', '/api/tasks/new'))).toEqual([404, 'task-unknown'])
    await expect(create({ tasks })).rejects.toMatchObject({ code: 'too-many-links' })
  })
  describe('of a new task that the first try stored before the store went away', () => {
    /** The first try; `before` happens after it was looked at. */
    const storedIn = (said: object, before: () => Promise<unknown> = async () => {}) => {
      const { tasks } = bench.deps
      const handle: typeof tasks.handle = async (...command) => {
        await before()
        await tasks.handle(...command)
        throw new Refused('unavailable', 'store-away')
      }
      const create = (by: Pick<typeof bench.deps, 'tasks'>) => taskChanges({ ...bench.deps, ...by }).create(ann, 'new', { projectId: 'p1', title: 'new', ...said }, meta('key 1'))
      return { first: () => create({ tasks: { ...tasks, handle } }), again: () => create({ tasks }) }
    }
    it.each(['blocker', 'parent'])('finds it there, though its %s is gone by now', async what => {
      const other = await bench.created(what)
      const { first, again } = storedIn(what === 'parent' ? { parentId: other.id } : { blockedBy: [other.id] })
      await expect(first()).rejects.toMatchObject({ code: 'store-away' })
      expect((await bench.call(ann, 'DELETE', `/api/tasks/${other.id}`)).status).toBe(204)
      expect(await again()).toMatchObject({ id: 'new', task: what === 'parent' ? { parentId: other.id } : { blockedBy: [other.id] } })
    })
    it('leaves it to those who have made it a blocker meanwhile', async () => {
      const other = await bench.created('waits for it')
      const edges = [{ taskId: other.id, blockerId: 'new' }]
      const link = () => bench.deps.graphs.handle('acme', 'p1', { type: 'AddEdges', edges, at: bench.clock.now() }, meta('others come first'))
      const { first, again } = storedIn({ blockedBy: [other.id] }, link)
      await expect(first()).rejects.toMatchObject({ code: 'store-away' })
      await expect(again()).rejects.toMatchObject({ code: 'dependency-cycle' })
      expect((await get('new')).title).toBe('new')
    })
  })
  it('of an import, with more in it, brings back no dependency that was removed since', async () => {
    const item = (key: string, ...blockedByKeys: string[]) => ({ op: 'create', key, task: { projectId: 'p1', title: key }, blockedByKeys })
    const imported = async (...operations: object[]): Promise<{ id: string; version: number; status: number }[]> => {
      const { body } = await bench.call(ann, 'POST', '/api/tasks/bulk', { operations })
      return Object(body).results
    }
    const [blocker, task] = await imported(item('blocker'), item('task', 'blocker'))
    expect((await bench.call(ann, 'DELETE', `/api/tasks/${task?.id}/dependencies/${blocker?.id}`)).status).toBe(204)
    const again = await imported(item('blocker'), item('task', 'blocker'), item('new', 'task', 'blocker'))
    expect(again.map(r => r.status)).toEqual([201, 201, 201])
    const shown = await get(task?.id ?? '')
    expect([shown.blockedBy, shown.version]).toEqual([[], again[1]?.version])
    expect((await get(again[2]?.id ?? '')).blockedBy).toEqual([task?.id, blocker?.id])
  })
})
