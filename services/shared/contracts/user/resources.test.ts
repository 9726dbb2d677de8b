import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Email } from './resources.ts'

const takes = (address: string): boolean => Email.safeParse(address).success
const letters = (min: number, max: number) => fc.stringMatching(new RegExp(`^[a-z0-9]{${min},${max}}$`))

describe('an e-mail address', () => {
  it('may lie under a top-level domain of any script, as browsers write it', () => fc.assert(fc.property(
    letters(1, 10), letters(1, 10), letters(1, 10),
    (name, domain, top) => takes(`${name}@${domain}.xn--${top}`) && takes(`${name}@xn--${domain}.XN--${top}1ai`),
  )))
  it('is otherwise what it always was', () => fc.assert(fc.property(
    fc.oneof(fc.emailAddress(), fc.stringMatching(/^[a-z.+@-]{0,20}@[a-zX.-]{0,20}\.[a-z0-9-]{0,5}$/)),
    address => /\.xn--[^.]+$/i.test(address) || takes(address) === z.string().max(254).pipe(z.email()).safeParse(address).success,
  )))
  it.each([
    'ann@example', 'ann@example.c', 'ann@example.xn--', 'ann@example.xn--a-', 'ann@.xn--p1ai', 'ann@xn--p1ai', 'a b@example.xn--p1ai',
    `${'a'.repeat(244)}@b.xn--p1ai`,
  ])('is not: %s', address => expect(takes(address)).toBe(false))
})
