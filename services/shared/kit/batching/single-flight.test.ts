import { describe, expect, it } from 'vitest'
import { singleFlight } from './single-flight.ts'

/** Readings that answer when they are told to, with what was true when they began. */
const source = () => {
  const open: PromiseWithResolvers<void>[] = []
  const seen = { value: 0, readings: 0 }
  const read = async (): Promise<number> => {
    const [value, gate] = [seen.value, Promise.withResolvers<void>()]
    seen.readings++
    open.push(gate)
    await gate.promise
    return value
  }
  return { seen, read, answer: () => open.shift()?.resolve(), fail: (error: Error) => open.shift()?.reject(error) }
}
const turn = (): Promise<void> => new Promise(resolve => { setImmediate(resolve) })

describe('readings of one key', () => {
  it('are two for a hundred who ask at once, and none of them answers with what was true before it was asked', async () => {
    const { seen, read, answer } = source()
    const flight = singleFlight<number>()
    const first = flight('a', read)
    seen.value = 1
    const others = Array.from({ length: 99 }, () => flight('a', read))
    answer()
    await turn()
    answer()
    expect([await first, new Set(await Promise.all(others)), seen.readings]).toEqual([0, new Set([1]), 2])
  })
  it('begin anew once there is an answer', async () => {
    const { seen, read, answer } = source()
    const flight = singleFlight<number>()
    for (const value of [1, 2]) {
      seen.value = value
      const asked = flight('a', read)
      answer()
      expect(await asked).toBe(value)
    }
  })
  it('do not wait for those of another key', async () => {
    const { seen, read } = source()
    const flight = singleFlight<number>()
    void flight('a', read)
    void flight('b', read)
    expect(seen.readings).toBe(2)
  })
  it('fail for those who share one, and not for those of the next', async () => {
    const { read, answer, fail } = source()
    const flight = singleFlight<number>()
    const [first, second, third] = [flight('a', read), flight('a', read), flight('a', read)]
    fail(new Error('away'))
    await expect(first).rejects.toThrow('away')
    await turn()
    answer()
    expect(await Promise.all([second, third])).toEqual([0, 0])
  })
})
