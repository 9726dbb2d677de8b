import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { SignedIn } from '../../shared/contracts/user/resources.ts'
import { userInternal } from '../../shared/contracts/user/internal.ts'
import { invitationCommands } from '../sagas/invitation-commands.ts'
import { codeOf, goodPassword, tokenOf, userService, type UserService } from './service.ts'

let user: UserService
let ann: SignedIn
/** Invites, takes the token out of the mail, and signs up with it. */
const hire = async (email: string, role: string): Promise<SignedIn> => {
  const answer = await user.ask('POST', '/api/users/invitations', { token: ann.accessToken, body: { email, role } })
  expect(answer.status).toBe(201)
  return user.register(email, { organizationName: undefined, invitationToken: await mailedTo(email) })
}
const mailedTo = async (email: string): Promise<string> => {
  const mail = () => user.mails.findLast(m => (m['to'] as { address: string }).address === email)
  await expect.poll(mail).toBeDefined()
  return tokenOf(mail())
}
const invite = (token: string, email: string, role = 'member') => user.ask('POST', '/api/users/invitations', { token, body: { email, role } })
const setRole = (token: string, id: string, role: string) => user.ask('PUT', `/api/users/${id}/role`, { token, body: { role } })

beforeAll(async () => {
  user = await userService()
  ann = await user.register('ann@example.com', { name: 'Ann' })
})
afterAll(() => user.stop())

describe('invitations', () => {
  it('bring people in by mail', async () => {
    const bob = await hire('bob@example.com', 'admin')
    expect(bob).toMatchObject({ user: { role: 'admin' }, organization: { id: ann.organization.id } })
    expect(user.mails.at(-1)).toMatchObject({ template: 'invitation', data: { organizationName: 'Acme', inviterName: 'Ann', role: 'admin' } })
    const data = expect.objectContaining({ role: 'admin', invitedBy: ann.user.id })
    const created = expect.objectContaining({ subject: bob.user.id, organizationid: ann.organization.id, data })
    expect(await user.events('UserCreated')).toContainEqual(created)
    await expect.poll(() => [...user.sagaStore.documents.values()].find(s => s.name === 'invite-member')).toMatchObject({ state: 'finished', outcome: 'accepted' })
  })
  it('are listed with their address, which goes when they are settled', async () => {
    await invite(ann.accessToken, 'wait@example.com')
    const invitationToken = await mailedTo('wait@example.com')
    const { body } = await user.ask('GET', '/api/users/invitations', { token: ann.accessToken })
    const { items } = body as { items: { id: string; email: string }[] }
    expect(items.map(i => i.email)).toEqual(['wait@example.com'])
    const id = items[0]?.id ?? ''
    expect((await user.ask('DELETE', `/api/users/invitations/${id}`, { token: ann.accessToken })).status).toBe(204)
    await user.settled()
    expect(await user.tables.keys.one({ _id: `invitation.${id}` })).toBeUndefined()
    const [asked, dropped] = ['/internal/mails', '/internal/mails/drop'].map(path => user.dapr.invoked.findLast(call => call.path === path)?.body)
    expect(dropped).toEqual({ template: 'invitation', organizationId: ann.organization.id, dedupeId: expect.any(String) })
    expect(asked).toMatchObject({ ...dropped as object, userId: ann.user.id })
    expect(codeOf(await user.ask('DELETE', `/api/users/invitations/${id}`, { token: ann.accessToken }))).toBe('invitation-settled')
    const signUp = { email: 'wait@example.com', password: goodPassword, name: 'W', invitationToken }
    const late = await user.ask('POST', '/api/users/register', { body: signUp })
    expect([late.status, codeOf(late)]).toEqual([409, 'invitation-invalid'])
    expect((await user.register('wait@example.com')).organization.id).not.toBe(ann.organization.id)
  })
  it('run out after a week', async () => {
    const { body } = await invite(ann.accessToken, 'slow@example.com')
    const { sagaId } = body as { sagaId: string }
    await user.settled()
    user.clock.advance(7 * 86_400_000)
    await user.dapr.fire('UserSaga', sagaId, 'drive')
    await expect.poll(() => user.sagaStore.documents.get(sagaId)).toMatchObject({ state: 'finished', outcome: 'expired' })
    ann = await user.login('ann@example.com')
    expect((await user.ask('GET', '/api/users/invitations', { token: ann.accessToken })).body).toMatchObject({ items: [] })
  })
  it('are for people who are not there yet, and for one at a time', async () => {
    expect(codeOf(await invite(ann.accessToken, 'BOB@example.com'))).toBe('already-member')
    await invite(ann.accessToken, 'dan@example.com')
    const keys = async () => (await user.tables.keys.find({})).length
    const before = await keys()
    expect(codeOf(await invite(ann.accessToken, 'dan@example.com'))).toBe('already-invited')
    expect(await keys()).toBe(before)
  })
  it('hold for their own address only', async () => {
    const signUp = { email: 'eve@example.com', password: goodPassword, name: 'E', invitationToken: await mailedTo('dan@example.com') }
    const answer = await user.ask('POST', '/api/users/register', { body: signUp })
    expect([answer.status, codeOf(answer)]).toEqual([409, 'invitation-for-another-address'])
  })
  it('bring in who has an account already, and he switches over', async () => {
    const fay = await user.register('fay@example.com', { organizationName: 'Fay & Co' })
    await invite(ann.accessToken, 'fay@example.com', 'guest')
    const accepted = await user.ask('POST', '/api/users/invitations/accept', { token: fay.accessToken, body: { token: await mailedTo('fay@example.com') } })
    expect(accepted.body).toEqual({ id: ann.organization.id, name: 'Acme', role: 'guest' })
    const mine = await user.ask('GET', '/api/users/organizations', { token: fay.accessToken })
    expect(mine.body).toMatchObject({ items: [{ name: 'Fay & Co', role: 'owner' }, { name: 'Acme', role: 'guest' }] })
    const switched = await user.ask('POST', `/api/users/organizations/${ann.organization.id}/token`, { token: fay.accessToken })
    expect(switched.body).toMatchObject({ organization: { name: 'Acme' }, user: { role: 'guest' } })
    const elsewhere = await user.ask('POST', `/api/users/organizations/${'0'.repeat(8)}/token`, { token: fay.accessToken })
    expect([elsewhere.status, codeOf(elsewhere)]).toEqual([404, 'organization-unknown'])
  })
  it('of a sender who may not give them any more are not listed, and hold up no new one', async () => {
    const [boss, sub] = [await user.register('boss@example.com', { organizationName: 'Boss' }), await user.register('sub@example.com')]
    await invite(boss.accessToken, 'sub@example.com', 'admin')
    await user.ask('POST', '/api/users/invitations/accept', { token: sub.accessToken, body: { token: await mailedTo('sub@example.com') } })
    const { accessToken } = (await user.ask('POST', `/api/users/organizations/${boss.organization.id}/token`, { token: sub.accessToken })).body as SignedIn
    expect((await invite(accessToken, 'wanted@example.com')).status).toBe(201)
    const listed = async () => (await user.ask('GET', '/api/users/invitations', { token: boss.accessToken })).body as { items: unknown[] }
    expect((await listed()).items.length).toBe(1)
    expect((await setRole(boss.accessToken, sub.user.id, 'member')).status).toBe(200)
    expect((await listed()).items).toEqual([])
    user.clock.advance(60_000)
    expect((await invite(boss.accessToken, 'wanted@example.com')).status).toBe(201)
  })
})

describe('members', () => {
  it('are listed by pages, found by name, and guests see no addresses', async () => {
    const cat = await hire('cat@example.com', 'member')
    const page = await user.ask('GET', '/api/users?limit=2', { token: cat.accessToken })
    const { items, nextCursor } = page.body as { items: { name: string; email: string }[]; nextCursor: string }
    expect(items.map(i => [i.name, i.email])).toEqual([['Ann', 'ann@example.com'], ['bob', 'bob@example.com']])
    const rest = (await user.ask('GET', `/api/users?limit=2&cursor=${nextCursor}`, { token: cat.accessToken })).body as { items: { name: string }[]; nextCursor: null }
    expect([rest.items.map(i => i.name), rest.nextCursor]).toEqual([['fay', 'cat'], null])
    expect((await user.ask('GET', '/api/users?q=CA', { token: cat.accessToken })).body).toMatchObject({ items: [{ name: 'cat' }] })
    const guest = (await user.ask('POST', `/api/users/organizations/${ann.organization.id}/token`, { token: (await user.login('fay@example.com')).accessToken })).body as SignedIn
    const seen = (await user.ask('GET', '/api/users', { token: guest.accessToken })).body as { items: { email: null }[] }
    expect(seen.items.every(i => i.email === null)).toBe(true)
    expect(codeOf(await user.ask('GET', '/api/users?cursor=eyJhIjoxfQ', { token: cat.accessToken }))).toBe('bad-cursor')
  })
  it('change roles within the rules', async () => {
    const [bob, cat] = [await user.login('bob@example.com'), await user.login('cat@example.com')]
    expect(codeOf(await setRole(ann.accessToken, ann.user.id, 'member'))).toBe('sole-owner')
    expect(codeOf(await setRole(bob.accessToken, cat.user.id, 'owner'))).toBe('role-forbids')
    expect(codeOf(await setRole(cat.accessToken, bob.user.id, 'guest'))).toBe('role-forbids')
    expect((await setRole(bob.accessToken, cat.user.id, 'guest')).body).toMatchObject({ id: cat.user.id, role: 'guest' })
    expect(await user.events('UserUpdated')).toContainEqual(expect.objectContaining({ subject: cat.user.id, data: expect.objectContaining({ changed: ['role'], role: 'guest' }) }))
    expect(codeOf(await setRole(ann.accessToken, 'somebody-else', 'guest'))).toBe('user-unknown')
    const { user: { id: stranger } } = await user.register('stranger@example.com')
    expect((await setRole(ann.accessToken, stranger, 'guest')).status).toBe(404)
  })
  it('have a version each, which If-Match is compared with whatever becomes of others', async () => {
    const [cat, ian] = [await user.login('cat@example.com'), await hire('ian@example.com', 'guest')]
    const change = (id: string, path: string, body: object, version: number) =>
      user.ask('PUT', `/api/users/${id}/${path}`, { token: ann.accessToken, body, headers: { 'if-match': `"${version}"` } })
    await setRole(ann.accessToken, cat.user.id, 'guest')
    const member = await change(ian.user.id, 'role', { role: 'member' }, 1)
    expect([member.status, member.body, member.headers.get('etag')]).toEqual([200, expect.objectContaining({ role: 'member', version: 2 }), '"2"'])
    expect(await change(ian.user.id, 'role', { role: 'admin' }, 1)).toMatchObject({ status: 412, body: { code: 'stale', context: { version: 2 } } })
    const shut = (version: number) => change(ian.user.id, 'disabled', { disabled: true }, version)
    expect([(await shut(1)).status, (await shut(2)).body]).toEqual([412, expect.objectContaining({ disabled: true, version: 3 })])
  })
  it('are shut out at once, and let in again', async () => {
    const [bob, cat] = [await user.login('bob@example.com'), await user.login('cat@example.com')]
    const shut = (disabled: boolean) => user.ask('PUT', `/api/users/${cat.user.id}/disabled`, { token: bob.accessToken, body: { disabled } })
    expect((await shut(true)).body).toMatchObject({ disabled: true })
    expect((await user.events('SessionEnded')).filter(e => (e.data as { reason: string }).reason === 'disabled').length).toBeGreaterThan(0)
    expect(codeOf(await user.ask('GET', '/api/users/profile', { token: cat.accessToken }))).toBe('account-disabled')
    expect((await user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: cat.refreshToken } })).status).toBe(401)
    const refused = await user.ask('POST', '/api/users/login', { body: { email: 'cat@example.com', password: goodPassword } })
    expect([refused.status, codeOf(refused)]).toEqual([403, 'account-disabled'])
    expect((await shut(false)).status).toBe(200)
    expect((await user.login('cat@example.com')).user.id).toBe(cat.user.id)
    expect((await user.ask('PUT', `/api/users/${bob.user.id}/disabled`, { token: bob.accessToken, body: { disabled: true } })).status).toBe(403)
  })
})

describe('a right that is lost while a change is under way', () => {
  /** Runs `meanwhile` when the next change of an organization has been asked for, and nothing is decided yet. */
  const onceAsked = (meanwhile: () => Promise<unknown>) => {
    const { handle } = user.deps.organizations
    vi.spyOn(user.deps.organizations, 'handle').mockImplementationOnce(async (...command) => {
      await meanwhile()
      return handle(...command)
    })
  }
  it('does not count any more', async () => {
    const [max, ida, tom] = [await hire('max@example.com', 'admin'), await hire('ida@example.com', 'member'), await hire('tom@example.com', 'member')]
    const { body } = await invite(ann.accessToken, 'open@example.com')
    for (const lost of [
      () => setRole(max.accessToken, ida.user.id, 'guest'), () => user.ask('PUT', `/api/users/${ida.user.id}/disabled`, { token: max.accessToken, body: { disabled: true } }),
      () => invite(max.accessToken, 'friend@example.com', 'admin'), () => user.ask('DELETE', `/api/users/invitations/${(body as { id: string }).id}`, { token: max.accessToken }),
    ]) {
      onceAsked(() => setRole(ann.accessToken, max.user.id, 'member'))
      const answer = await lost()
      expect([answer.status, codeOf(answer)]).toEqual([403, 'role-forbids'])
      expect((await setRole(ann.accessToken, max.user.id, 'admin')).status).toBe(200)
    }
    onceAsked(() => setRole(ann.accessToken, tom.user.id, 'owner'))
    expect(codeOf(await user.ask('PUT', `/api/users/${tom.user.id}/disabled`, { token: max.accessToken, body: { disabled: true } }))).toBe('role-forbids')
    vi.restoreAllMocks()
  })
  it('nor does the invitation that was sent by it', async () => {
    const [kim, pat] = [await hire('kim@example.com', 'admin'), await user.register('pat@example.com', { organizationName: 'Pat' })]
    const { body } = await invite(kim.accessToken, 'pat@example.com', 'admin')
    const token = await mailedTo('pat@example.com')
    expect((await user.ask('PUT', `/api/users/${kim.user.id}/disabled`, { token: ann.accessToken, body: { disabled: true } })).status).toBe(200)
    const back = await user.ask('POST', '/api/users/invitations/accept', { token: pat.accessToken, body: { token } })
    expect([back.status, codeOf(back)]).toEqual([409, 'invitation-invalid'])
    const [mails, about] = [user.mails.length, { organizationId: ann.organization.id, invitationId: (body as { id: string }).id }]
    await invitationCommands(user.deps).sendInvitation(about, { sagaId: 's', tenantId: about.organizationId, outputId: 'send' })
    expect(user.mails.length).toBe(mails)
  })
})

describe('other services', () => {
  it('get names, contacts and ids of members, and of nobody else', async () => {
    const stranger = await user.login('stranger@example.com')
    const organizationId = ann.organization.id
    const asking = user.server.client(userInternal, { caller: 'notification' })
    const ids = [ann.user.id, stranger.user.id, 'unknown']
    expect((await asking.names({ body: { organizationId, ids } })).users)
      .toEqual([{ id: ann.user.id, name: 'Ann', avatarUrl: null, disabled: false, leaving: false, role: 'owner' }])
    expect((await asking.contacts({ body: { organizationId, ids } })).users).toEqual([{ id: ann.user.id, name: 'Ann', email: 'ann@example.com', locale: 'en', timezone: 'UTC' }])
    const project = user.server.client(userInternal, { caller: 'project' })
    expect(await project.byEmail({ body: { organizationId, email: 'Ann@Example.com' } })).toEqual({ userId: ann.user.id })
    await expect(project.byEmail({ body: { organizationId, email: 'stranger@example.com' } })).rejects.toMatchObject({ code: 'user-unknown' })
    const bob = await user.login('bob@example.com')
    await user.ask('PUT', `/api/users/${bob.user.id}/disabled`, { token: ann.accessToken, body: { disabled: true } })
    await expect(project.byEmail({ body: { organizationId, email: 'bob@example.com' } })).rejects.toMatchObject({ code: 'user-unknown' })
    await expect(project.contacts({ body: { organizationId, ids } })).rejects.toMatchObject({ code: 'caller-forbidden' })
  })
})
