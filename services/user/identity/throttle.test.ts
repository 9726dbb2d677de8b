import { describe, expect, it } from 'vitest'
import { testClock } from '../../shared/kit/clock.ts'
import { memoryState } from '../../shared/kit/dapr/memory-state.ts'
import { budgets, throttle, throttleKey } from './throttle.ts'

describe('guesses', () => {
  const setup = () => {
    const clock = testClock()
    const limited = throttle(memoryState(new Map(), () => {}), clock)
    let checked = 0
    const guess = (account: string, address: string, right = false) => limited.guess([
      { key: throttleKey('account', account), budget: budgets.account },
      { key: throttleKey('address', address), budget: budgets.address },
    ], async () => {
      checked += 1
      return right || undefined
    })
    return { clock, limited, guess, checked: () => checked }
  }
  const outcomes = async (tries: readonly Promise<unknown>[]) => (await Promise.allSettled(tries)).map(t => t.status)

  it('at many accounts from one address, all at once, are looked at as often as the address may', async () => {
    const { guess, checked } = setup()
    await outcomes(Array.from({ length: 500 }, (_, i) => guess(`a${i}`, 'x')))
    expect(checked()).toBeLessThanOrEqual(budgets.address.free + budgets.address.atOnce)
  })
  it('at one account from many addresses, all at once, are looked at as often as the account may', async () => {
    const { guess, checked } = setup()
    await outcomes(Array.from({ length: 500 }, (_, i) => guess('a', `x${i}`)))
    expect(checked()).toBe(budgets.account.free + 1)
  })
  it('go on when the wait is over, and a right one forgives the account', async () => {
    const { clock, guess, checked } = setup()
    await outcomes(Array.from({ length: 20 }, () => guess('a', 'x')))
    expect(await outcomes([guess('a', 'x', true)])).toEqual(['rejected'])
    clock.advance(2_000)
    expect(await guess('a', 'x', true)).toBe(true)
    expect(await outcomes([guess('a', 'x')])).toEqual(['fulfilled'])
    expect(checked()).toBe(budgets.account.free + 3)
  })
  it('are let in at once again after the account was cleared', async () => {
    const { limited, guess } = setup()
    await outcomes(Array.from({ length: 20 }, () => guess('a', 'x')))
    await limited.clear(throttleKey('account', 'a'))
    expect(await guess('a', 'x', true)).toBe(true)
  })
})
