import { describe, expect, it } from 'vitest'
import { Refused } from '../decider.ts'
import { batched } from './batched.ts'

describe('batched calls', () => {
  it('go out together when they come in one turn, or while others are under way', async () => {
    const runs: number[][] = []
    const first = Promise.withResolvers<void>()
    const double = batched(async (items: readonly number[]) => {
      runs.push([...items])
      if (runs.length === 1) await first.promise
      return items.map(n => n * 2)
    }, 3)
    const early = [double(1), double(2)]
    await expect.poll(() => runs).toEqual([[1, 2]])
    const later = [3, 4, 5, 6].map(double)
    first.resolve()
    expect(await Promise.all([...early, ...later])).toEqual([2, 4, 6, 8, 10, 12])
    expect(runs).toEqual([[1, 2], [3, 4, 5], [6]])
  })
  it('fail alone', async () => {
    const strict = batched(async (items: readonly number[]) => {
      if (items.includes(2)) throw new Error('not 2')
      return items
    })
    expect(await Promise.allSettled([1, 2, 3].map(strict))).toMatchObject([{ value: 1 }, { status: 'rejected' }, { value: 3 }])
  })
  it('fail together in an outage, without asking for each', async () => {
    let asked = 0
    const away = batched(async (_: readonly number[]): Promise<number[]> => {
      asked++
      throw new Refused('unavailable', 'store-unavailable')
    })
    const results = await Promise.allSettled([1, 2, 3].map(away))
    expect([asked, results.map(r => r.status)]).toEqual([1, ['rejected', 'rejected', 'rejected']])
  })
})
