import { z } from 'zod'
import { Id } from '../primitives.ts'
import { StatusKey } from '../workflow.ts'
import { NewTask, TaskFields } from './model.ts'

const Key = z.string().min(1).max(200).meta({ description: 'your own key of this item: the same key has one effect, also in a later request' })
const version = z.number().int().min(1).meta({ description: 'like If-Match: refused with 412 when the task has another version' })

/**
 * One operation of a bulk request. A new task may name other new tasks by their item keys (`parentKey`, `blockedByKeys`),
 * of this request or of an earlier one of the same user.
 */
export const BulkOperation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('create'), key: Key.optional(), task: NewTask, parentKey: Key.optional(), blockedByKeys: z.array(Key).max(100).optional() }),
  z.strictObject({ op: z.literal('update'), key: Key.optional(), id: Id, version: version.optional(), fields: TaskFields }),
  z.strictObject({ op: z.literal('status'), key: Key.optional(), id: Id, version: version.optional(), status: StatusKey }),
  z.strictObject({ op: z.literal('delete'), key: Key.optional(), id: Id, version: version.optional() }),
])
export type BulkOperation = z.infer<typeof BulkOperation>

/**
 * What became of one operation: the HTTP status it would have had alone, and the problem when it was refused.
 * A refused `create` with an `id` is there, without its links.
 */
export const BulkResult = z.object({
  index: z.number().int(), key: z.string().nullable(), status: z.number().int(),
  id: Id.nullable().meta({ description: 'of a refused `create`: the task is there all the same, without its links' }),
  version: z.number().int().nullable(),
  problem: z.object({ code: z.string(), detail: z.string(), context: z.record(z.string(), z.unknown()).optional() }).nullable(),
})
export type BulkResult = z.infer<typeof BulkResult>
