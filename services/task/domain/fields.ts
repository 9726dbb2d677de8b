import { Refused } from '../../shared/kit/decider.ts'
import type { FieldChanges } from './task-events.ts'
import type { FieldName, Fields } from './task-state.ts'

// A field that is missing here does not compile.
const named = {
  title: true, description: true, priority: true, difficulty: true, startAt: true, dueAt: true, recurrence: true, timezone: true,
  assigneeId: true, parentId: true, labels: true, estimateMinutes: true, position: true,
} satisfies Record<FieldName, true>
/** Every field that people write, in the order in which changes are told. */
export const fieldNames: readonly FieldName[] = Object.keys(named).filter((name): name is FieldName => name in named)

const same = (a: unknown, b: unknown): boolean => a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => x === b[i]))

/** The fields that a patch really changes, before and after. */
export const changesOf = (before: Fields, patch: Partial<Fields>): FieldChanges =>
  Object.fromEntries(fieldNames
    .filter(f => patch[f] !== undefined && !same(before[f] ?? null, patch[f]))
    .map(f => [f, { before: before[f] ?? null, after: patch[f] }]))

export const patchOf = (changes: FieldChanges): Partial<Fields> =>
  Object.fromEntries(fieldNames.flatMap(f => { const change = changes[f]; return change ? [[f, change.after]] : [] }))

/** What holds for the fields together, whichever of them was sent. */
export const checkFields = (fields: Fields, taskId: string): void => {
  if (fields.startAt !== null && fields.dueAt !== null && fields.startAt > fields.dueAt)
    throw new Refused('rule', 'dates-reversed', 'A task cannot be due before it starts.', { startAt: fields.startAt, dueAt: fields.dueAt })
  if (fields.parentId === taskId) throw new Refused('rule', 'parent-cycle', 'A task cannot stand below itself.', { taskId })
}
