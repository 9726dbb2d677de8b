import { afterAll, beforeAll, expect, it } from 'vitest'
import { commitsOf } from '../../shared/kit/events/test/log-of.ts'
import type { UserDeps } from '../deps.ts'
import { memberDecider, type MemberEvent } from '../domain/member.ts'
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

it('who has left before it was told that he came is told of as he came, and then as gone', async () => {
  const cy = await user.register('cy@example.com')
  const organizationId = cy.organization.id
  const before = user.mails.length
  await user.ask('POST', '/api/users/invitations', { token: cy.accessToken, body: { email: 'dan@example.com', role: 'admin' } })
  await expect.poll(() => user.mails.length).toBe(before + 1)
  const dan = await user.register('dan@example.com', { organizationName: undefined, invitationToken: tokenOf(user.mails.at(-1)) })
  const meta = { actor: dan.user.id, at: user.clock.now(), correlationId: 'c', causationId: null, commandId: 'leave-1' }
  await user.deps.organizations.handle(organizationId, organizationId, { type: 'Leave', userId: dan.user.id, sagaId: 's1' }, meta)
  const last = (await commitsOf(user.log, `${organizationId}/organization/${organizationId}`)).at(-1)
  await user.settled()
  const told: MemberEvent[] = []
  const members: UserDeps['members'] = {
    ...user.deps.members,
    load: async () => ({ state: memberDecider.initial, version: 0 }),
    handle: async (_, userId, { news }) => { expect(userId).toBe(dan.user.id); told.push(news); return { state: memberDecider.initial, version: 0, events: [] } },
  }
  const runs: (() => Promise<void>)[] = []
  reactions({ ...user.log, react: (_, run) => { if (last) runs.push(() => run(user.log.decode(last))) } }, { ...user.deps, members }, user.sagas)
  for (const run of runs) await run()
  expect(told).toEqual([
    { type: 'Joined', role: 'admin', invitedBy: cy.user.id, version: expect.any(Number) }, { type: 'Left', version: last?.version },
  ])
})
