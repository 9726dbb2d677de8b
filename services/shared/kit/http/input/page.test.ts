import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decodeCursor, encodeCursor, pageOf } from './page.ts'

const Cursor = z.object({ at: z.string(), id: z.string() })

describe('a cursor', () => {
  it('comes back as it went out', () => {
    fc.assert(fc.property(fc.record({ at: fc.string({ unit: 'grapheme-ascii' }).map(text => `${text}é日`), id: fc.string() }), value => {
      const text = encodeCursor(value)
      expect(text).toMatch(/^[\w-]+$/)
      expect(decodeCursor(Cursor, text)).toEqual(value)
    }))
  })
  it('that this list did not give out is refused, whatever it is', () => {
    const refused = expect.objectContaining({ kind: 'invalid', code: 'bad-cursor' })
    const bad = fc.oneof(fc.string(), fc.base64String(), fc.json().map(json => Buffer.from(json).toString('base64url')), fc.constant(''), fc.constant('AAAA'))
    fc.assert(fc.property(bad, text => { expect(() => decodeCursor(Cursor, text)).toThrow(refused) }))
  })
})

describe('a page', () => {
  it('shows the limit, and a cursor exactly when there is more', () => {
    fc.assert(fc.property(fc.array(fc.integer(), { maxLength: 20 }), fc.integer({ min: 1, max: 20 }), (all, limit) => {
      const { items, nextCursor } = pageOf(all.slice(0, limit + 1), limit, last => ({ last }))
      expect(items).toEqual(all.slice(0, limit))
      expect(nextCursor).toBe(all.length > limit ? encodeCursor({ last: all[limit - 1] }) : null)
    }))
  })
})
