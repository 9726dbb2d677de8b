import { afterAll, beforeAll, expect, it } from 'vitest'
import { commitsOf } from '../../shared/kit/events/test/log-of.ts'
import { reactions } from '../reactions.ts'
import { goodPassword, tokenOf, userService, type UserService } from './service.ts'

let user: UserService
beforeAll(async () => { user = await userService() })
afterAll(() => user.stop())

it('what follows from shutting somebody out, when it comes late, leaves him the sessions that he began since he was let in again', async () => {
  const ann = await user.register('ann@example.com')
  const stream = `${ann.organization.id}/organization/${ann.organization.id}`
  await user.ask('POST', '/api/users/invitations', { token: ann.accessToken, body: { email: 'bob@example.com', role: 'member' } })
  await expect.poll(() => user.mails.length).toBe(1)
  const bob = await user.register('bob@example.com', { organizationName: undefined, invitationToken: tokenOf(user.mails[0]) })
  const shut = (disabled: boolean) => user.ask('PUT', `/api/users/${bob.user.id}/disabled`, { token: ann.accessToken, body: { disabled } })
  expect((await shut(true)).status).toBe(200)
  const last = (await commitsOf(user.log, stream)).at(-1)
  user.clock.advance(1_000)
  expect((await shut(false)).status).toBe(200)
  const back = await user.ask('POST', '/api/users/login', { body: { email: 'bob@example.com', password: goodPassword } })
  expect(back.status).toBe(200)
  await user.settled()
  const runs: (() => Promise<void>)[] = []
  reactions({ ...user.log, react: (_, run) => { if (last) runs.push(() => run(user.log.decode(last))) } }, user.deps, user.sagas)
  for (const run of runs) await run()
  expect([last?.events.length, (await user.deps.sessions.living(bob.user.id, user.clock.now())).length]).toEqual([1, 1])
})
