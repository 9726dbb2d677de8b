import { expect, it } from 'vitest'
import { goneKey, memoryTables } from '../store/rows.ts'
import { forEachGone, sharedLooks } from './gone.ts'

it('a hundred who look for the same person at once cause no more than two reads, and each learns that he is gone', async () => {
  const { gone } = memoryTables()
  await gone.insert([{ _id: goneKey('o1', 'ann') }])
  let [reads, undone] = [0, 0]
  const shared = sharedLooks({ one: async where => {
    reads++
    await new Promise(resolve => { setImmediate(resolve) })
    return gone.one(where)
  } })
  await Promise.all(Array.from({ length: 100 }, () => forEachGone(shared, 'o1', ['ann'], async () => { undone++ })))
  expect(undone).toBe(100)
  expect(reads).toBeLessThanOrEqual(2)
})
