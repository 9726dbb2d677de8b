import { expect, it } from 'vitest'
import { testClock } from '../../shared/kit/clock.ts'
import { memoryState } from '../../shared/kit/dapr/memory-state.ts'
import { invitationLimit } from './invitation-limit.ts'

const setup = () => {
  const clock = testClock()
  return { clock, limit: invitationLimit(memoryState(new Map(), () => {}), clock) }
}
const from = (mailboxHash: string, foundedAt = '2000-01-01T00:00:00.000Z') => ({ mailboxHash, foundedAt })
const tooMany = (retryAfter: number) => expect.objectContaining({ code: 'too-many-invitations', detail: { retryAfter } })

it('five invitations go to one mailbox in a day, whoever asks, also all at once', async () => {
  const { clock, limit } = setup()
  const asked = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => limit.count(from('h1'), `i${i}`)))
  expect(asked.filter(a => a.status === 'fulfilled').length).toBe(5)
  clock.advance(3_600_000)
  await expect(limit.count(from('h1'), 'late')).rejects.toThrow(tooMany(23 * 3_600))
  await limit.count(from('h2'), 'elsewhere')
  clock.advance(23 * 3_600_000)
  await limit.count(from('h1'), 'next day')
})
it('what was not made does not count, and what is repeated counts once', async () => {
  const { limit } = setup()
  for (let i = 0; i < 5; i++) await limit.count(from('h1'), 'same')
  for (let i = 0; i < 4; i++) await limit.count(from('h1'), `i${i}`)
  await limit.count(from('h1'), 'same')
  await expect(limit.count(from('h1'), 'one more')).rejects.toThrow(tooMany(86_400))
  await limit.forget(from('h1'), 'same')
  await limit.count(from('h1'), 'one more')
})
it('organizations of the last three days use up what is left for each other, not for the others', async () => {
  const { clock, limit } = setup()
  const young = from('h1', clock.now())
  for (let i = 0; i < 5; i++) await limit.count(young, `i${i}`)
  await expect(limit.count(young, 'one more')).rejects.toThrow(tooMany(86_400))
  await limit.count(from('h1'), 'of an old one')
})
