import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { quota, type Reservation } from './quota.ts'

const kept = (): never => { throw new Error('nobody is to give way') }
const full = expect.objectContaining({ kind: 'unavailable', code: 'busy', detail: { retryAfter: 2 } })
beforeEach(() => { vi.useFakeTimers({ toFake: ['performance'] }) })
afterEach(() => { vi.useRealTimers() })

describe('what is shared', () => {
  it('has room, of which one machine gets a part only, and which is free again when it leaves', () => {
    const room = quota({ most: 10, mostEach: 6 })
    const [greedy, again, other, last] = [room('a', kept), room('a', kept), room('b', kept), room('c', kept)]
    greedy.take(6)
    expect(() => { again.take(1) }).toThrow(full)
    other.take(4)
    expect(() => { last.take(1) }).toThrow('Too much')
    greedy.leave()
    again.take(5)
    last.take(1)
    expect(() => { other.take(1) }).toThrow('Too much')
  })
  it('goes from the slowest to a newcomer where no room is left, and from nobody who has not had his time', () => {
    const places = quota({ most: 3, mostEach: 3 })
    const gone: string[] = []
    const holder = (name: string): Reservation => {
      const place = places(name, () => { gone.push(name) })
      place.take(1)
      return place
    }
    const [reads, , crawls] = [holder('reads'), holder('sleeps'), holder('crawls')]
    vi.advanceTimersByTime(1_000)
    reads.moved(50_000)
    crawls.moved(10)
    expect(() => holder('new')).toThrow(full)
    vi.advanceTimersByTime(4_001)
    holder('new')
    holder('newer')
    expect(gone).toEqual(['sleeps', 'crawls'])
    reads.leave()
    holder('newest')
    expect(() => holder('late')).toThrow(full)
  })
  it('is not kept by a burst before a silence, and not taken from who holds it no longer himself', () => {
    const room = quota({ most: 100, mostEach: 100 })
    const gone: string[] = []
    const [burst, steady, whole] = ['burst', 'steady', 'whole'].map(name => room(name, () => { gone.push(name) }))
    burst!.take(60)
    steady!.take(1)
    whole!.take(20)
    whole!.settle()
    for (let second = 0; second < 6; second++) {
      vi.advanceTimersByTime(1_000)
      steady!.take(1)
    }
    room('new', kept).take(30)
    expect(gone).toEqual(['burst'])
    expect(() => { room('newer', kept).take(90) }).toThrow(full)
    expect(gone).toEqual(['burst', 'steady'])
  })
})
