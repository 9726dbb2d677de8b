import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyMap, entriesOf, getIn, withIn, type PersistentMap } from './persistent-map.ts'

const keys = fc.oneof(
  fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString', ''),
  fc.integer({ min: 0, max: 400 }).map(n => `01a207b7-f984-7000-8000-${String(n).padStart(12, '0')}`),
)
const changes = fc.array(fc.tuple(keys, fc.option(fc.integer(), { nil: undefined })), { maxLength: 600 })

describe('the persistent map', () => {
  it('holds what a Map holds, whatever goes in and out', () => fc.assert(fc.property(changes, all => {
    const truth = new Map<string, number | undefined>()
    const map = all.reduce<PersistentMap<number>>((m, [key, value]) => { truth.set(key, value); return withIn(m, key, value) }, emptyMap)
    for (const [key, value] of truth) expect(getIn(map, key)).toBe(value)
    expect(new Map(entriesOf(map))).toEqual(new Map([...truth].filter(([, value]) => value !== undefined)))
  }), { numRuns: 100 }))
  it('changes no earlier map', () => {
    const before = Array.from({ length: 200 }, (_, n) => `k${n}`).reduce<PersistentMap<number>>((m, key) => withIn(m, key, 1), emptyMap)
    const text = JSON.stringify(before)
    withIn(withIn(before, 'k7', 2), 'k8', undefined)
    expect(JSON.stringify(before)).toBe(text)
  })
  it('keeps its nodes small, so that a change copies little however many entries there are', () => {
    const map = Array.from({ length: 20_000 }, (_, n) => `01a207b7-f984-7000-8000-${n.toString(16).padStart(12, '0')}`)
      .reduce<PersistentMap<number>>((m, key) => withIn(m, key, 1), emptyMap)
    const widest = (node: object): number => Array.isArray(node)
      ? Math.max(node.length, ...node.map((inner: object | undefined) => inner ? widest(inner) : 0))
      : Object.keys(node).length
    expect(widest(map)).toBeLessThanOrEqual(32)
  })
})
