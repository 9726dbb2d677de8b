import type { BulkOperation, BulkResult } from '../../shared/contracts/task/bulk.ts'
import { taskApi } from '../../shared/contracts/task/http.ts'
import type { NewTask } from '../../shared/contracts/task/model.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import type { CommandMeta } from '../../shared/kit/command.ts'
import type { Actor } from '../../shared/kit/http/call.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import { itemsOf, type Item } from './bulk-items.ts'
import { bulkLinks } from './bulk-links.ts'
import { bulkResults, isUnfinished, notBegun } from './bulk-results.ts'
import type { TaskChanges } from './change-task.ts'

// As many as group commit takes in one batch: more would only wait.
const WIDTH = 128

type Create = { item: Item; task: NewTask; blockers: readonly string[] }

/**
 * Many operations at once, each with its own result. Those on one task keep their order; new tasks come first,
 * parents before their children, and links last.
 */
export const bulk = (changes: TaskChanges, clock: Clock) => async (
  actor: Actor, operations: readonly BulkOperation[], meta: CommandMeta, newId: () => string,
): Promise<BulkResult[]> => {
  const idOf = (key: string): string => derivedId(actor.organizationId, actor.userId, 'bulk', key)
  const items = itemsOf(operations, meta, idOf, newId)
  const { run, begin, resultOf } = bulkResults(clock, clock.monotonic() + taskApi.bulkTasks.patienceMs)

  const creates = items.flatMap(item => (item.operation.op === 'create' ? [newTaskOf(item, item.operation, idOf)] : []))
  // What stands below or waits for one that could not be created now is left to the repetition, too.
  const missing = new Set<string>()
  const lacks = ({ task, blockers }: Create): boolean => [task.parentId, ...blockers].some(id => typeof id === 'string' && missing.has(id))
  for (const wave of waves(creates)) {
    await inParallel(wave, WIDTH, async create => {
      const { item, task, blockers } = create
      await begin(item, () => (lacks(create) ? Promise.reject(notBegun()) : changes.create(actor, item.id, task, item.meta, blockers)))
      if (isUnfinished(resultOf(item))) missing.add(item.id)
    })
  }
  for (const create of creates) if (lacks(create) && resultOf(create.item)?.problem === null) await run(create.item, () => Promise.reject(notBegun()))
  const made = creates.flatMap(({ item, task, blockers }) => {
    const { problem, version } = resultOf(item) ?? {}
    return problem === null && typeof version === 'number' ? [{ item, projectId: task.projectId, blockers, version }] : []
  })
  await bulkLinks(changes, actor.organizationId, made, run)

  const perTask = Map.groupBy(items.filter(item => item.operation.op !== 'create'), item => item.id)
  await inParallel([...perTask.values()], WIDTH, async queue => {
    let away = false
    for (const item of queue) {
      // After what could not be done now: the repetition does both, in their order.
      await begin(item, () => (away ? Promise.reject(notBegun()) : change(changes, actor, item)))
      away = isUnfinished(resultOf(item))
    }
  })
  return items.flatMap(item => resultOf(item) ?? [])
}

const change = (changes: TaskChanges, actor: Actor, { operation, id, meta }: Item): Promise<{ version: number }> => {
  switch (operation.op) {
    case 'update': return changes.update(actor, id, operation.fields, meta)
    case 'status': return changes.changeStatus(actor, id, operation.status, meta)
    case 'delete': return changes.remove(actor, id, meta)
    case 'create': throw new Error('creates run before')
  }
}

/** Its parent and its blockers by their ids, and a place behind those sent before it: all come at one instant. */
const newTaskOf = (item: Item, operation: Extract<BulkOperation, { op: 'create' }>, idOf: (key: string) => string): Create => {
  const { task: { blockedBy = [], ...task }, parentKey, blockedByKeys = [] } = operation
  const position = task.position ?? Date.parse(item.meta.at) + item.index
  return {
    item,
    task: { ...task, position, ...(parentKey !== undefined && { parentId: idOf(parentKey) }) },
    blockers: [...blockedBy, ...blockedByKeys.map(idOf)],
  }
}

/**
 * Parents of this request before their children, and blockers before what names its status; where tasks wait for each other,
 * parents alone count; what is below itself goes last, and finds no parent.
 */
const waves = (creates: readonly Create[]): (readonly Create[])[] => {
  const parentOf = ({ task }: Create): string[] => (task.parentId === undefined || task.parentId === null ? [] : [task.parentId])
  const firstOf = (create: Create): string[] => [...parentOf(create), ...(create.task.status === undefined ? [] : create.blockers)]
  const result: (readonly Create[])[] = []
  for (let left = creates; left.length > 0;) {
    const waiting = new Set(left.map(({ item }) => item.id))
    const readyBy = (needs: (create: Create) => string[]): Create[] => left.filter(create => !needs(create).some(id => waiting.has(id)))
    const ready = [readyBy(firstOf), readyBy(parentOf)].find(some => some.length > 0) ?? left
    result.push(ready)
    left = left.filter(create => !ready.includes(create))
  }
  return result
}
