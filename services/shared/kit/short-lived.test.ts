import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortLivedMap } from './short-lived.ts'

setFlagsFromString('--expose-gc')
const collect: (options?: { type: 'minor' }) => void = runInNewContext('gc')

/** What is still held, MB, after 4,000 things of 5 to 10 KB have come and gone, and the young have been collected. */
const heldAfter = (map: { set(key: number, value: unknown): unknown; delete(key: number): boolean }): number => {
  map.set(-1, 'stays')
  collect()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 4_000; n++) {
    map.set(n, Array.from({ length: 1_250 }, () => n))
    if (n >= 10) map.delete(n - 10)
    if (n % 100 === 0) collect({ type: 'minor' })
  }
  collect({ type: 'minor' })
  collect({ type: 'minor' })
  return (process.memoryUsage().heapUsed - before) / 1024 ** 2
}

describe('a map of what is short-lived', () => {
  it('lets go of what has gone without a full collection, as a Map does not', () => {
    const plain = heldAfter(new Map())
    expect(plain).toBeGreaterThan(10)
    expect(heldAfter(shortLivedMap())).toBeLessThan(plain / 5)
  })
  it('does what a Map does', () => {
    const key = fc.integer({ min: 0, max: 200 })
    const steps = fc.array(fc.oneof(fc.tuple(fc.constant('set' as const), key), fc.tuple(fc.constant('delete' as const), key)), { maxLength: 2_000, size: 'max' })
    fc.assert(fc.property(steps, all => {
      const [map, model] = [shortLivedMap<number, number>(), new Map<number, number>()]
      all.forEach(([what, n], value) => {
        if (what === 'set') { map.set(n, value); model.set(n, value) } else expect(map.delete(n)).toBe(model.delete(n))
        expect([map.size, map.get(n), map.has(n)]).toEqual([model.size, model.get(n), model.has(n)])
      })
      expect([...map.entries()]).toEqual([...model])
    }), { numRuns: 30 })
  })
})
