import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Id } from '../contracts/primitives.ts'
import { derivedId, uuidv7 } from './ids.ts'

describe('ids', () => {
  it('sort by the millisecond they were made in', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 47 }), fc.integer({ min: 1, max: 1e9 }), (at, later) => { expect(uuidv7(at) < uuidv7(at + later)).toBe(true) }))
  })
  it('are UUIDv7, and all different', () => {
    const made = Array.from({ length: 5_000 }, () => uuidv7())
    expect(new Set(made).size).toBe(5_000)
    for (const id of made.slice(0, 50)) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  })
  it('are the same again for the same parts, and no others', () => {
    fc.assert(fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
      expect(derivedId(...a)).toBe(derivedId(...a))
      expect(derivedId(...a) === derivedId(...b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      expect(Id.parse(derivedId(...a))).toMatch(/^[\da-f]{8}-[\da-f]{4}-8/)
    }))
  })
})
