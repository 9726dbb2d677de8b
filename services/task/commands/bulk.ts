import type { BulkOperation, BulkResult } from '../../shared/contracts/task/bulk.ts'
import type { CommandMeta } from '../../shared/kit/command.ts'
import { Refused } from '../../shared/kit/decider.ts'
import type { Actor } from '../../shared/kit/http/call.ts'
import { statusOfKind } from '../../shared/kit/http/problem.ts'
import { derivedId } from '../../shared/kit/ids.ts'
import { inParallel } from '../../shared/kit/in-parallel.ts'
import type { TaskChanges } from './change-task.ts'
import { bulkLinks, type Item } from './bulk-links.ts'

// As many as group commit takes in one batch: more would only wait.
const WIDTH = 128

type Create = Extract<BulkOperation, { op: 'create' }>

/** Many operations at once, each with its own result. Those on one task keep their order; new tasks come first, parents before their children, and links last. */
export const bulk = (changes: TaskChanges) => async (actor: Actor, operations: readonly BulkOperation[], meta: CommandMeta, newId: () => string): Promise<BulkResult[]> => {
  const idOf = (key: string): string => derivedId(actor.organizationId, actor.userId, 'bulk', key)
  const items = operations.map((operation, index): Item => {
    const commandId = operation.key === undefined ? `${meta.commandId}:${index}` : `${idOf(operation.key)}:${operation.op}`
    const version = operation.op === 'create' ? undefined : operation.version
    const { expectedVersion: _, ...own } = meta
    const id = operation.op === 'create' ? (operation.key === undefined ? newId() : idOf(operation.key)) : operation.id
    return { index, operation, id, meta: { ...own, commandId, ...(version !== undefined && { expectedVersion: version }) } }
  })
  const results = new Map<number, BulkResult>()
  const run = async (item: Item, work: () => Promise<{ version: number }>): Promise<void> => {
    const { index, operation, id } = item
    const about = { index, key: operation.key ?? null }
    try {
      results.set(index, { ...about, status: operation.op === 'create' ? 201 : operation.op === 'delete' ? 204 : 200, id, version: (await work()).version, problem: null })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // A new task whose links are refused is there, without them.
      const problem = { code: error.code, detail: error.message, ...(Object.keys(error.detail).length > 0 && { context: { ...error.detail } }) }
      results.set(index, { ...about, status: statusOfKind[error.kind], id: operation.op === 'create' && !results.has(index) ? null : id, version: null, problem })
    }
  }

  const creates = items.flatMap(item => (item.operation.op === 'create' ? [{ item, operation: item.operation }] : []))
  for (const wave of waves(creates, idOf)) {
    await inParallel(wave, WIDTH, ({ item, operation }) => run(item, async () => {
      const { blockedBy: _, ...task } = operation.task
      return changes.create(actor, item.id, { ...task, ...(operation.parentKey !== undefined && { parentId: idOf(operation.parentKey) }) }, item.meta)
    }))
  }
  const made = creates.filter(({ item }) => results.get(item.index)?.problem === null)
  await bulkLinks(changes, actor.organizationId, made.map(({ item, operation }) => ({ item, projectId: operation.task.projectId, blockers: [...operation.task.blockedBy ?? [], ...(operation.blockedByKeys ?? []).map(idOf)] })), run)

  const perTask = Map.groupBy(items.filter(item => item.operation.op !== 'create'), item => item.id)
  await inParallel([...perTask.values()], WIDTH, async queue => { for (const item of queue) await run(item, () => change(changes, actor, item)) })
  return items.flatMap(({ index }) => results.get(index) ?? [])
}

const change = (changes: TaskChanges, actor: Actor, { operation, id, meta }: Item): Promise<{ version: number }> => {
  switch (operation.op) {
    case 'update': return changes.update(actor, id, operation.fields, meta)
    case 'status': return changes.changeStatus(actor, id, operation.status, meta)
    case 'delete': return changes.remove(actor, id, meta)
    case 'create': throw new Error('creates run before')
  }
}

/** Parents of this request before their children; what waits for itself goes last, and finds no parent. */
const waves = (creates: { item: Item; operation: Create }[], idOf: (key: string) => string): { item: Item; operation: Create }[][] => {
  const parentOf = ({ operation }: { operation: Create }): string | undefined => (operation.parentKey === undefined ? operation.task.parentId ?? undefined : idOf(operation.parentKey))
  const result: { item: Item; operation: Create }[][] = []
  for (let left = creates; left.length > 0;) {
    const waiting = new Set(left.map(({ item }) => item.id))
    const ready = left.filter(create => { const parent = parentOf(create); return parent === undefined || !waiting.has(parent) })
    result.push(ready.length > 0 ? ready : left)
    left = ready.length > 0 ? left.filter(create => !ready.includes(create)) : []
  }
  return result
}
