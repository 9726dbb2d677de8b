import type { BulkResult } from '../../shared/contracts/task/bulk.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { statusOfKind } from '../../shared/kit/http/problem.ts'
import type { Item } from './bulk-items.ts'

const statusOf = { create: 201, delete: 204, update: 200, status: 200 } as const
type Work = () => Promise<{ version: number }>

export const notBegun = (): Refused => new Refused('unavailable', 'not-begun', 'This was not begun. Send the request again with the same Idempotency-Key.')
/** Whether the same request would do more later. */
export const isUnfinished = (result: BulkResult | undefined): boolean => result?.status === 503 || result?.status === 429

/** What became of each operation of a bulk request. From `until` on (ms of the monotonic clock) nobody waits any more. */
export const bulkResults = (clock: Clock, until: number) => {
  const results = new Map<number, BulkResult>()
  const run = async ({ index, operation, id }: Item, work: Work): Promise<void> => {
    const about = { index, key: operation.key ?? null }
    try {
      results.set(index, { ...about, status: statusOf[operation.op], id, version: (await work()).version, problem: null })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // A new task whose links are refused is there, without them.
      const isThere = operation.op !== 'create' || results.has(index)
      const problem = { code: error.code, detail: error.message, ...(Object.keys(error.detail).length > 0 && { context: { ...error.detail } }) }
      results.set(index, { ...about, status: statusOfKind[error.kind], id: isThere ? id : null, version: null, problem })
    }
  }
  return {
    /** Takes down what the work comes to, in place of what was taken down before. Throws what is no refusal. */
    run,
    /** The same for work that nothing else rests on yet: when it is late it is left to the repetition. */
    begin: (item: Item, work: Work): Promise<void> => run(item, async () => {
      if (clock.monotonic() >= until) throw notBegun()
      return work()
    }),
    resultOf: ({ index }: Item): BulkResult | undefined => results.get(index),
  }
}
