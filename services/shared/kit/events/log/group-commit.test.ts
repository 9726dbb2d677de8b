import { expect, it } from 'vitest'
import { draft } from '../test/parcel.ts'
import { completeDraft, sealed } from './draft.ts'
import { groupCommit } from './group-commit.ts'

const commitOf = (id: string) => sealed(completeDraft(draft(id, 1, '', 'Sent'), { partitions: 1, traceparent: null, say: () => [] }), 'w:0')

it('callers whose appends came back together share the next insert, the first of them as well', async () => {
  const batches: number[] = []
  const insert = groupCommit({
    onUncertain: () => {},
    store: {
      isTransient: () => false, findCommit: async () => undefined,
      append: async batch => {
        batches.push(batch.length)
        await new Promise(resolve => { setTimeout(resolve, 1) })
        return batch.map(() => 'inserted' as const)
      },
    },
  })
  await Promise.all(Array.from({ length: 32 }, async (_, caller) => { for (let n = 0; n < 20; n++) await insert(commitOf(`${caller}-${n}`)) }))
  expect(32 * 20 / batches.length).toBeGreaterThan(24)
})
