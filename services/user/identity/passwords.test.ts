import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { hasher, startHashing } from './hashing/hasher.ts'
import { passwords } from './passwords.ts'

const cheap = { memoryCost: 64, timeCost: 1, parallelism: 1 }

describe('passwords', () => {
  it('are compared as well where there is none, and do not fit', async () => {
    const checked = passwords(cheap, hasher(() => startHashing(1)))
    const stored = await checked.hash('plum tarragon seven')
    expect([await checked.verify(stored, 'plum tarragon seven'), await checked.verify(undefined, 'plum tarragon seven'), checked.compared]).toEqual([true, false, 2])
    expect([checked.isOutdated(stored), passwords().isOutdated(stored)]).toEqual([false, true])
  })
  it('are looked at one fewer at once than there are cores; 200 wait, and who comes then is told to come back', async () => {
    const asked: PromiseWithResolvers<boolean>[] = []
    const checked = passwords(cheap, {
      hash: () => expect.fail('nothing is hashed here'),
      verify: () => {
        const one = Promise.withResolvers<boolean>()
        asked.push(one)
        return one.promise
      },
    })
    const atOnce = Math.max(1, availableParallelism() - 1)
    const verified = Array.from({ length: atOnce + 200 }, () => checked.verify('a hash', 'a password'))
    await expect(checked.verify('a hash', 'a password')).rejects.toMatchObject({ kind: 'unavailable', code: 'busy' })
    expect(asked).toHaveLength(atOnce)
    for (let i = 0; i < verified.length; i++) {
      asked[i]?.resolve(true)
      await verified[i]
    }
    expect([asked.length, checked.compared]).toEqual([atOnce + 200, atOnce + 200])
  })
})
