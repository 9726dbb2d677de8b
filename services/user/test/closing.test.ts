import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { userInternal } from '../../shared/contracts/user/internal.ts'
import type { SignedIn } from '../../shared/contracts/user/resources.ts'
import { getIn } from '../../shared/kit/persistent-map.ts'
import { codeOf, goodPassword, tokenOf, userService, type UserService } from './service.ts'

let user: UserService
let ann: SignedIn
beforeAll(async () => {
  user = await userService()
  ann = await user.register('ann@example.com', { name: 'Ann' })
})
afterAll(() => user.stop())
const hire = async (email: string, role = 'member'): Promise<SignedIn> => {
  await user.ask('POST', '/api/users/invitations', { token: ann.accessToken, body: { email, role } })
  const mail = () => user.mails.findLast(m => (m['to'] as { address: string }).address === email)
  await expect.poll(mail).toBeDefined()
  return user.register(email, { organizationName: undefined, invitationToken: tokenOf(mail()) })
}
const close = (who: SignedIn, password = goodPassword) => user.ask('DELETE', '/api/users/account', { token: who.accessToken, body: { password } })
const ends = (answer: { body: unknown }) => expect.poll(() => sagaOf(answer)?.state).toBe('finished')
const sagaOf = (answer: { body: unknown }) => user.sagaStore.documents.get((answer.body as { sagaId: string }).sagaId)

describe('closing an account', () => {
  it('needs the password', async () => {
    const answer = await close(ann, 'not the password')
    expect([answer.status, codeOf(answer)]).toEqual([403, 'bad-password'])
  })
  it('is refused to the only owner of a shared organization', async () => {
    await hire('member@example.com')
    const answer = await close(ann)
    expect([answer.status, codeOf(answer)]).toEqual([409, 'sole-owner'])
  })
  it('leaves projects, releases tasks, erases what others keep, and then the person', async () => {
    const bob = await hire('bob@example.com')
    user.asked.length = 0
    const answer = await close(bob)
    expect(answer.status).toBe(202)
    await ends(answer)
    expect(user.asked.slice(0, 2)).toEqual(['/internal/projects/leave', '/internal/tasks/release'])
    expect(user.asked.slice(2).toSorted()).toEqual(['/internal/ai/erase', '/internal/analytics/erase', '/internal/notifications/erase'])
    expect(user.dapr.invoked.find(i => i.path === '/internal/projects/leave')?.body).toMatchObject({ userId: bob.user.id, handOverTo: ann.user.id })
    expect(sagaOf(answer)).toMatchObject({ state: 'finished', outcome: 'completed' })
    const { sagaId } = answer.body as { sagaId: string }
    const seen = await user.ask('GET', `/api/sagas/${sagaId}`, { token: ann.accessToken })
    expect(seen.body).toMatchObject({ name: 'close-account', state: 'finished' })
    await user.settled()
    expect((await user.events('UserDeleted')).at(-1)).toMatchObject({ subject: bob.user.id, data: { userId: bob.user.id } })
    expect((await user.events('SessionEnded')).at(-1)).toMatchObject({ data: { reason: 'closed' } })
    expect(await user.deps.directory.details(bob.user.id)).toBeUndefined()
    expect(await user.tables.keys.one({ _id: bob.user.id })).toBeUndefined()
    expect(await user.tables.sessions.find({ userId: bob.user.id })).toEqual([])
    expect((await user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: bob.refreshToken } })).status).toBe(401)
    expect((await user.ask('POST', '/api/users/login', { body: { email: 'bob@example.com', password: goodPassword } })).status).toBe(401)
  })
  it('ends the sessions before all is erased: nothing is made any more that nobody would erase', async () => {
    const gil = await hire('gil@example.com')
    user.replies.set('/internal/notifications/erase', { status: 503, body: {} })
    user.asked.length = 0
    const answer = await close(gil)
    await expect.poll(() => user.deps.sessions.living(gil.user.id, user.clock.now())).toEqual([])
    await expect.poll(() => user.asked).toContain('/internal/notifications/erase')
    expect(sagaOf(answer)).toMatchObject({ step: 'erasing', state: 'running' })
    user.replies.clear()
    await user.dapr.settled()
    user.clock.advance(60_000)
    await user.dapr.fire('UserSaga', (answer.body as { sagaId: string }).sagaId, 'drive')
    await ends(answer)
  })
  it('frees the address, also of who had signed in by it', async () => {
    const before = await user.register('again@example.com')
    await user.login('again@example.com')
    await ends(await close(before))
    const { user: { id } } = await user.register('again@example.com', { password: 'another river ten' })
    expect(id).not.toBe(before.user.id)
    expect((await user.login('again@example.com', 'another river ten')).user.id).toBe(id)
    expect((await user.ask('POST', '/api/users/login', { body: { email: 'again@example.com', password: goodPassword } })).status).toBe(401)
  })
  it('is free to who is alone, and asks the projects nothing', async () => {
    const solo = await user.register('solo@example.com')
    user.asked.length = 0
    const answer = await close(solo)
    await ends(answer)
    expect(sagaOf(answer)).toMatchObject({ outcome: 'completed' })
    expect(user.asked).not.toContain('/internal/projects/leave')
  })
  it('is taken back when a step is refused, and the person can sign in again', async () => {
    const cat = await hire('cat@example.com')
    user.replies.set('/internal/projects/leave', { status: 200, body: { left: [{ projectId: 'p1', role: 'manager', allocationPercent: 50 }] } })
    user.replies.set('/internal/tasks/release', { status: 409, body: { type: 't', title: 't', status: 409, detail: 'no', code: 'not-now', traceId: '' } })
    user.asked.length = 0
    const answer = await close(cat)
    await ends(answer)
    expect(user.asked).toEqual(['/internal/projects/leave', '/internal/tasks/release', '/internal/projects/rejoin'])
    expect(user.dapr.invoked.at(-1)?.body).toMatchObject({ userId: cat.user.id, left: [{ projectId: 'p1', role: 'manager', allocationPercent: 50 }] })
    expect(sagaOf(answer)).toMatchObject({ state: 'finished', outcome: 'cancelled: not-now' })
    expect((await user.login('cat@example.com')).user.id).toBe(cat.user.id)
    user.replies.clear()
  })
  it('ends a membership too that began while it was under way', async () => {
    const gus = await hire('gus@example.com')
    const [userId, meta] = [gus.user.id, { actor: gus.user.id, at: user.clock.now(), correlationId: 'c', causationId: null }]
    const elsewhere = await user.register('elsewhere@example.com', { organizationName: 'Elsewhere' })
    await ends(await close(gus))
    const [invitationId, emailHash, { id }] = ['late', 'h', elsewhere.organization]
    await user.deps.organizations.handle(id, id, {
      type: 'Invite', invitationId, emailHash, email: 'sealed', role: 'member', invitedBy: elsewhere.user.id,
      at: meta.at, expiresAt: '2999-01-01T00:00:00.000Z',
    }, { ...meta, commandId: 'invite' })
    await user.deps.organizations.handle(id, id, { type: 'AcceptInvitation', invitationId, userId, emailHash, at: meta.at }, { ...meta, commandId: 'accept' })
    await user.settled()
    expect(getIn((await user.deps.organizations.load(id, id)).state.members, userId)).toBeUndefined()
  })
  it('forgets an identity of another provider that a crash left behind', async () => {
    const hal = await hire('hal@example.com')
    await user.tables.identities.insert([{ _id: 'hash-of-hal', userId: hal.user.id }])
    await ends(await close(hal))
    expect(await user.tables.identities.one({ _id: 'hash-of-hal' })).toBeUndefined()
  })
  it('is free to the owner who has shut everybody else out, though he owns projects', async () => {
    const [boss, worker] = [await user.register('boss@example.com', { organizationName: 'Shut' }), await user.register('worker@example.com')]
    const { id } = boss.organization
    const meta = { actor: boss.user.id, at: user.clock.now(), correlationId: 'c', causationId: null }
    await user.deps.organizations.handle(id, id, {
      type: 'Invite', invitationId: 'i', emailHash: 'h', email: 'sealed', role: 'member', invitedBy: boss.user.id,
      at: meta.at, expiresAt: '2999-01-01T00:00:00.000Z',
    }, { ...meta, commandId: 'invite-worker' })
    await user.deps.organizations.handle(id, id, {
      type: 'AcceptInvitation', invitationId: 'i', userId: worker.user.id, emailHash: 'h', at: meta.at,
    }, { ...meta, commandId: 'worker-accepts' })
    expect((await user.ask('PUT', `/api/users/${worker.user.id}/disabled`, { token: boss.accessToken, body: { disabled: true } })).status).toBe(200)
    user.asked.length = 0
    const answer = await close(boss)
    await ends(answer)
    expect([sagaOf(answer)?.outcome, user.asked.includes('/internal/projects/leave')]).toEqual(['completed', false])
  })
  it('that is taken back lets nobody in again who was shut out', async () => {
    const eve = await user.register('eve@example.com', { organizationName: 'Eve & Co' })
    await user.ask('POST', '/api/users/invitations', { token: ann.accessToken, body: { email: 'eve@example.com', role: 'member' } })
    const mail = () => user.mails.findLast(m => (m['to'] as { address: string }).address === 'eve@example.com')
    await expect.poll(mail).toBeDefined()
    expect((await user.ask('POST', '/api/users/invitations/accept', { token: eve.accessToken, body: { token: tokenOf(mail()) } })).status).toBe(200)
    expect((await user.ask('PUT', `/api/users/${eve.user.id}/disabled`, { token: ann.accessToken, body: { disabled: true } })).status).toBe(200)
    user.replies.set('/internal/tasks/release', { status: 409, body: { type: 't', title: 't', status: 409, detail: 'no', code: 'not-now', traceId: '' } })
    const answer = await close(eve)
    await ends(answer)
    user.replies.clear()
    expect(sagaOf(answer)).toMatchObject({ outcome: 'cancelled: not-now' })
    const back = await user.login('eve@example.com')
    expect(back.organization.name).toBe('Eve & Co')
    const switched = await user.ask('POST', `/api/users/organizations/${ann.organization.id}/token`, { token: back.accessToken })
    expect([switched.status, codeOf(switched)]).toEqual([403, 'account-disabled'])
  })
  it('refuses to sign in meanwhile, and asking twice is asking once', async () => {
    const [dan, other] = [await hire('dan@example.com'), await user.register('other@example.com', { organizationName: 'Other' })]
    user.dapr.answer('project', () => { throw new Error('away') })
    await user.ask('POST', '/api/users/invitations', { token: other.accessToken, body: { email: 'dan@example.com', role: 'member' } })
    const mail = () => user.mails.findLast(m => m['template'] === 'invitation' && (m['data'] as { organizationName: string }).organizationName === 'Other')
    await expect.poll(mail).toBeDefined()
    const first = await close(dan)
    await expect.poll(() => sagaOf(first)?.step).toBe('leaving-projects')
    const { users } = await user.server.client(userInternal, { caller: 'project' }).names({ body: { organizationId: ann.organization.id, ids: [dan.user.id] } })
    expect(users).toMatchObject([{ id: dan.user.id, leaving: true }])
    const accepted = await user.ask('POST', '/api/users/invitations/accept', { token: dan.accessToken, body: { token: tokenOf(mail()) } })
    expect([accepted.status, codeOf(accepted)]).toEqual([403, 'account-closing'])
    expect((await user.ask('GET', '/api/users', { token: other.accessToken })).body).toMatchObject({ items: [{ id: other.user.id }] })
    expect((await close(dan)).body).toEqual(first.body)
    const answer = await user.ask('POST', '/api/users/login', { body: { email: 'dan@example.com', password: goodPassword } })
    expect([answer.status, codeOf(answer)]).toEqual([403, 'account-closing'])
  })
})
