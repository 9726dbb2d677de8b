import type { BulkOperation } from '../../shared/contracts/task/bulk.ts'
import { withoutVersion, type CommandMeta } from '../../shared/kit/command.ts'

/** One operation of a bulk request: its place in it, its task, and its own command. */
export type Item = { index: number; operation: BulkOperation; id: string; meta: CommandMeta }

/** The operations as commands of their own: with a key the same one in a later request, too. `idOf` is the id of the task that is created with a key. */
export const itemsOf = (operations: readonly BulkOperation[], meta: CommandMeta, idOf: (key: string) => string, newId: () => string): Item[] =>
  operations.map((operation, index) => {
    const { op, key } = operation
    const own = { ...withoutVersion(meta), commandId: key === undefined ? `${meta.commandId}:${index}` : `${idOf(key)}:${op}` }
    if (operation.op === 'create') return { index, operation, id: key === undefined ? newId() : idOf(key), meta: own }
    const { id, version } = operation
    return { index, operation, id, meta: { ...own, ...(version !== undefined && { expectedVersion: version }) } }
  })
