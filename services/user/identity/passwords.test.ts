import { describe, expect, it } from 'vitest'
import { hasher, startHashing, type Hasher } from './hashing/hasher.ts'
import { atOnce, passwords } from './passwords.ts'

const cheap = { memoryCost: 64, timeCost: 1, parallelism: 1 }
/** Hashing that ends when it is told to. */
const held = () => {
  const compared: { stored: string; done: PromiseWithResolvers<boolean> }[] = []
  const hashing: Hasher = {
    hash: async () => 'a fresh hash',
    verify: stored => {
      const done = Promise.withResolvers<boolean>()
      compared.push({ stored, done })
      return done.promise
    },
  }
  return { compared, checked: passwords(cheap, hashing) }
}

describe('passwords', () => {
  it('are compared as well where there is none, and do not fit', async () => {
    const checked = passwords(cheap, hasher(() => startHashing(1)))
    const stored = await checked.hash('plum tarragon seven')
    expect([await checked.verify(stored, 'plum tarragon seven'), await checked.verify(undefined, 'plum tarragon seven'), checked.compared]).toEqual([true, false, 2])
    expect([checked.isOutdated(stored), passwords({ ...cheap, timeCost: 2 }).isOutdated(stored)]).toEqual([false, true])
  })
  it('are looked at so many at once, and are hashed anew only while there is room', async () => {
    const { compared, checked } = held()
    expect(await checked.hashIfFree('a password')).toBe('a fresh hash')
    const verified = Array.from({ length: atOnce + 1 }, () => checked.verify('a hash', 'a password'))
    await expect.poll(() => compared.length).toBe(atOnce)
    expect(await checked.hashIfFree('a password')).toBeUndefined()
    for (let i = 0; i <= atOnce; i++) {
      await expect.poll(() => compared.length).toBeGreaterThan(i)
      compared[i]?.done.resolve(true)
    }
    expect([await Promise.all(verified), checked.compared]).toEqual([verified.map(() => true), atOnce + 1])
  })
  it('that were hashed at another cost do not fit in less time than those of today: then one of today is compared, too', async () => {
    const { compared, checked } = held()
    const wrong = checked.verify('$argon2id$v=19$m=32,t=1,p=1$salt$hash', 'a guess')
    await expect.poll(() => compared.length).toBe(1)
    compared[0]?.done.resolve(false)
    await expect.poll(() => compared.length).toBe(2)
    expect(compared[1]?.stored).toContain('$m=64,t=1,p=1$')
    compared[1]?.done.resolve(false)
    expect(await wrong).toBe(false)
  })
})
