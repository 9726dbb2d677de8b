import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { SignedIn } from '../../shared/contracts/user/resources.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { codeOf, userService, type UserService } from './service.ts'

let user: UserService
let ann: SignedIn
const invite = (token: string, email: string, role = 'member') => user.ask('POST', '/api/users/invitations', { token, body: { email, role } })

beforeAll(async () => {
  user = await userService()
  ann = await user.register('ann@example.com', { name: 'Ann' })
  // Older than three days, with a budget of its own.
  user.clock.advance(4 * 86_400_000)
  ann = await user.login('ann@example.com')
})
afterAll(() => user.stop())

describe('invitations', () => {
  it('cannot flood the mailbox of somebody who never asked for them', async () => {
    const victim = 'victim@example.com'
    const mails = () => user.mails.filter(m => (m['to'] as { address: string }).address === victim).length
    const answers: Awaited<ReturnType<typeof invite>>[] = []
    for (let i = 1; i <= 5; i++) {
      const answer = await invite(ann.accessToken, victim)
      answers.push(answer)
      if (answer.status !== 201) continue
      await expect.poll(mails).toBe(i)
      await user.ask('DELETE', `/api/users/invitations/${(answer.body as { id: string }).id}`, { token: ann.accessToken })
    }
    expect(mails()).toBe(1)
    expect(answers.slice(1).map(a => [a.status, codeOf(a), a.headers.get('retry-after')])).toEqual(Array.from({ length: 4 }, () => [429, 'too-many-invitations', '60']))
    expect((await invite(ann.accessToken, 'somebody.else@example.com')).status).toBe(201)
  })
  it('nor by an organization founded for each of them', async () => {
    const answers: Awaited<ReturnType<typeof invite>>[] = []
    for (let i = 0; i < 6; i++) answers.push(await invite((await user.register(`fresh${i}@example.com`)).accessToken, 'target@example.com'))
    expect(answers.map(a => a.status)).toEqual([201, 201, 201, 201, 201, 429])
    expect(answers.slice(5).map(a => [codeOf(a), a.headers.get('retry-after')])).toEqual([['too-many-invitations', '86400']])
    expect((await invite(ann.accessToken, 'target@example.com')).status).toBe(201)
  })
  it('nor under six names behind a plus sign, which all lead to it', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await invite((await user.register(`founder${i}@example.com`)).accessToken, `Plus+${i}@example.com`)).status)
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429])
    const { accessToken } = await user.register('founder@example.com')
    expect(codeOf(await invite(accessToken, 'plus@example.com'))).toBe('too-many-invitations')
    expect((await invite(accessToken, 'plu@example.com')).status).toBe(201)
    expect([await invite(ann.accessToken, 'plus+a@example.com'), await invite(ann.accessToken, 'plus+b@example.com')].map(a => a.status)).toEqual([201, 429])
  })
  it('that could not be made do not count', async () => {
    const [store, log] = [new Refused('unavailable', 'store-unavailable'), new Refused('unavailable', 'contended')]
    for (const failing of [() => vi.spyOn(user.deps.vault, 'seal').mockRejectedValueOnce(store), () => vi.spyOn(user.deps.organizations, 'handle').mockRejectedValueOnce(log)])
      for (let i = 0; i < 5; i++) {
        const failed = failing()
        expect((await invite(ann.accessToken, 'later@example.com')).status).toBe(503)
        failed.mockRestore()
      }
    expect((await invite(ann.accessToken, 'later@example.com')).status).toBe(201)
  })
})
