import { describe, expect, it } from 'vitest'
import { testClock } from '../../shared/kit/clock.ts'
import type { StateEntry } from '../../shared/kit/dapr/dapr.ts'
import { memoryState } from '../../shared/kit/dapr/memory-state.ts'
import { budgets, machineOf, throttle, throttleKey, type Counted } from './throttle.ts'

describe('one machine', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'], ['::ffff:203.0.113.7', '203.0.113.7'], ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'], ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'], ['2001:0DB8::a:9', '2001:db8:0:0'], ['2001:db8:0:5::1', '2001:db8:0:5'], ['::1', '0:0:0:0'],
  ])('%s is %s', (ip, machine) => { expect(machineOf(ip)).toBe(machine) })
})

describe('guesses', () => {
  const setup = () => {
    const clock = testClock()
    const limited = throttle(memoryState(new Map(), () => {}), clock)
    let checked = 0
    const guess = (account: string, address: string, right = false) => limited.guess([{ key: throttleKey('account', account), budget: budgets.account }, { key: throttleKey('address', address), budget: budgets.address }], async () => {
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
  it('from a place that the owner has used count against that place alone, and a right one forgives them; after a day they are over', async () => {
    const clock = testClock()
    const values = new Map<string, StateEntry>()
    const limited = throttle(memoryState(values, () => {}), clock)
    const place: Counted = { key: throttleKey('known-place', 'a', 'x'), budget: budgets.known }
    const guess = async (right: boolean) => (await limited.guessAt(place, [{ key: throttleKey('account', 'a'), budget: budgets.account }], async () => right || undefined)).found
    await outcomes(Array.from({ length: 20 }, () => guess(false)))
    expect(await outcomes([guess(true)])).toEqual(['rejected'])
    // As it was written once.
    values.set(place.key, { value: clock.now(), etag: '1' })
    expect(await guess(true)).toBe(true)
    const wrong = await outcomes(Array.from({ length: 30 }, () => guess(false)))
    expect(wrong.filter(outcome => outcome === 'fulfilled').length).toBeLessThanOrEqual(budgets.known.free + budgets.known.atOnce)
    expect(await outcomes([guess(true)])).toEqual(['rejected'])
    clock.advance(86_400_000)
    for (let i = 0; i < budgets.known.free; i++) await guess(false)
    expect(await guess(true)).toBe(true)
    for (let i = 0; i < budgets.known.free; i++) await guess(false)
    expect(await guess(true)).toBe(true)
  })
  it('are let in at once again after the account was cleared', async () => {
    const { limited, guess } = setup()
    await outcomes(Array.from({ length: 20 }, () => guess('a', 'x')))
    await limited.clear(throttleKey('account', 'a'))
    expect(await guess('a', 'x', true)).toBe(true)
  })
})
