import { describe, expect, it } from 'vitest'
import { memoryStore } from '../store/memory-store.ts'
import type { CommitStore } from '../store/store.ts'
import { generations } from './generations.ts'

const of = (store: CommitStore, shape: number) => generations({ store, name: 'parcels', shape, indexes: [], fields: undefined, lookEveryMs: 0, seen: () => {} })
const rebuilt = async (one: ReturnType<typeof of>, ends: readonly number[]): Promise<void> => { const { swap } = await one.begin(); await swap(ends) }

describe('the generations of a view', () => {
  it('go on to the one whose rebuild is under way when nobody is late any more for the one before', async () => {
    const store = memoryStore()
    const [second, third] = [of(store, 2), of(store, 3)]
    await rebuilt(second, [7, 7])
    const { swap, generation } = await third.begin()
    await second.over()
    await swap([9, 5])
    expect(await store.checkpoint('view:parcels')).toMatchObject({ next: generation, shape: 3, since: [9, 5] })
  })
  it('go on to the one that was begun last, also then', async () => {
    const store = memoryStore()
    const [second, third] = [of(store, 2), of(store, 3)]
    await rebuilt(second, [7])
    const [overtaken, last] = [await third.begin(), await third.begin()]
    await second.over()
    await expect(overtaken.swap([9])).rejects.toThrow('rebuilt by another process')
    await last.swap([9])
    expect(await store.checkpoint('view:parcels')).toMatchObject({ next: last.generation })
  })
})
