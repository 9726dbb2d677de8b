import { expect, it } from 'vitest'
import { quota } from './quota.ts'

it('what is shared has room, of which one machine gets a part only, and which is free again when it leaves', () => {
  const room = quota({ most: 10, mostEach: 6 })
  const [greedy, again, other, last] = [room('a'), room('a'), room('b'), room('c')]
  greedy.take(6)
  expect(() => { again.take(1) }).toThrow(expect.objectContaining({ kind: 'unavailable', code: 'busy', detail: { retryAfter: 2 } }))
  other.take(4)
  expect(() => { last.take(1) }).toThrow('Too much')
  greedy.leave()
  again.take(5)
  last.take(1)
  expect(() => { other.take(1) }).toThrow('Too much')
})
