import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SignedIn } from '../../shared/contracts/user/resources.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { codeOf, goodPassword, tokenOf, userService, type UserService } from './service.ts'

let user: UserService
let ann: SignedIn
beforeAll(async () => {
  user = await userService()
  ann = await user.register('ann@example.com')
})
afterAll(() => user.stop())
/** Invites, and answers with the body of the sign-up by the mailed token. */
const invited = async (email: string, token = ann.accessToken): Promise<{ id: string; body: Record<string, string> }> => {
  const mails = user.mails.length
  const { body } = await user.ask('POST', '/api/users/invitations', { token, body: { email, role: 'admin' } })
  const mail = () => user.mails.slice(mails).find(m => (m['to'] as { address: string }).address === email)
  await expect.poll(mail).toBeDefined()
  return { id: (body as { id: string }).id, body: { email, password: goodPassword, name: 'Bob', invitationToken: tokenOf(mail()) } }
}
const signUp = (body: unknown) => user.ask('POST', '/api/users/register', { body })
const revoke = (id: string) => user.ask('DELETE', `/api/users/invitations/${id}`, { token: ann.accessToken })

describe('signing up by invitation', () => {
  it('lets in nobody else who takes the address at the same moment', async () => {
    const { body } = await invited('bob@example.com')
    const { handle } = user.deps.organizations
    const strangers: Awaited<ReturnType<typeof signUp>>[] = []
    const watched = vi.spyOn(user.deps.organizations, 'handle').mockImplementationOnce(async (...command) => {
      const done = await handle(...command)
      strangers.push(await signUp({ email: 'bob@example.com', password: 'a stranger knows this', name: 'Mallory', organizationName: 'Evil' }))
      return done
    })
    const bob = await signUp(body)
    watched.mockRestore()
    await user.settled()
    expect([bob.status, strangers.map(s => [s.status, codeOf(s)])]).toEqual([201, [[409, 'email-taken']]])
    expect(await user.login('bob@example.com')).toMatchObject({ user: { role: 'admin' }, organization: { id: ann.organization.id } })
  })
  it('goes on after a crash between the account and the joining', async () => {
    const { body } = await invited('cat@example.com')
    const away = vi.spyOn(user.deps.organizations, 'handle')
      .mockRejectedValueOnce(new Refused('unavailable', 'store-unavailable'))
      .mockRejectedValueOnce(new Refused('unavailable', 'store-unavailable'))
    expect((await signUp(body)).status).toBe(503)
    await expect.poll(async () => (await user.ask('POST', '/api/users/login', { body: { email: 'cat@example.com', password: goodPassword } })).status).toBe(200)
    away.mockRestore()
    expect((await user.login('cat@example.com')).user.role).toBe('admin')
  })
  it('leaves no account behind when the invitation is taken back meanwhile, and the address is free', async () => {
    const { id, body } = await invited('dan@example.com')
    const { hash } = user.deps.passwords
    const hashing = vi.spyOn(user.deps.passwords, 'hash').mockImplementationOnce(async password => {
      expect((await revoke(id)).status).toBe(204)
      return hash(password)
    })
    const late = await signUp(body)
    hashing.mockRestore()
    expect([late.status, codeOf(late)]).toEqual([409, 'invitation-invalid'])
    await user.settled()
    expect(await user.deps.logins.find(user.deps.logins.hash('dan@example.com'))).toBeUndefined()
    expect((await user.ask('POST', '/api/users/login', { body: { email: 'dan@example.com', password: goodPassword } })).status).toBe(401)
    expect((await user.register('dan@example.com')).user.role).toBe('owner')
  })
  it('is turned away again when it is said again with its Idempotency-Key, and the address stays free', async () => {
    const { id, body } = await invited('gil@example.com')
    const claimed = () => user.deps.logins.find(user.deps.logins.hash('gil@example.com'))
    const join = () => user.ask('POST', '/api/users/register', { body, headers: { 'idempotency-key': 'join-gil' } })
    const { hash } = user.deps.passwords
    const hashing = vi.spyOn(user.deps.passwords, 'hash').mockImplementationOnce(async password => {
      expect((await revoke(id)).status).toBe(204)
      const away = new Refused('unavailable', 'store-unavailable')
      vi.spyOn(user.deps.organizations, 'handle').mockRejectedValueOnce(away).mockRejectedValueOnce(away)
      return hash(password)
    })
    expect((await join()).status).toBe(503)
    hashing.mockRestore()
    await expect.poll(claimed).toBeUndefined()
    vi.restoreAllMocks()
    const again = await join()
    expect([again.status, codeOf(again)]).toEqual([409, 'invitation-invalid'])
    expect(await claimed()).toBeUndefined()
    expect((await user.register('gil@example.com')).user.role).toBe('owner')
  })
  it('costs no hash where the invitation does not hold', async () => {
    const { id, body } = await invited('eve@example.com')
    await revoke(id)
    const hash = vi.spyOn(user.deps.passwords, 'hash')
    expect(codeOf(await signUp(body))).toBe('invitation-invalid')
    expect(hash).not.toHaveBeenCalled()
    hash.mockRestore()
  })
  it('is the same account when it is said again with its Idempotency-Key', async () => {
    const { body } = await invited('fay@example.com')
    const key = { 'idempotency-key': 'join-fay' }
    const [first, again] = [await user.ask('POST', '/api/users/register', { body, headers: key }), await user.ask('POST', '/api/users/register', { body, headers: key })]
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body])
  })
})

it('an invitation whose mail is refused at first, as by a notification service of the release before, arrives later', async () => {
  const refusal = { type: 'about:blank', title: 'Bad Request', status: 400, detail: 'userId: is not known', code: 'invalid', traceId: 't' }
  const mails = () => user.mails.filter(m => (m['to'] as { address: string }).address === 'kim@example.com').length
  user.replies.set('/internal/mails', { status: 400, body: refusal })
  const { body } = await user.ask('POST', '/api/users/invitations', { token: ann.accessToken, body: { email: 'kim@example.com', role: 'admin' } })
  const drive = () => user.dapr.fire('UserSaga', (body as { sagaId: string }).sagaId, 'drive')
  await expect.poll(mails).toBe(1)
  user.replies.delete('/internal/mails')
  // Whatever is under way is over when it is driven once more.
  await drive()
  user.clock.advance(60_000)
  await drive()
  expect(mails()).toBe(2)
  user.clock.advance(60_000)
  await drive()
  expect(mails()).toBe(2)
})

describe('somebody whom his only organization has shut out', () => {
  /** Signs up by an invitation of the first organization, which then shuts him out. */
  const shutOut = async (email: string): Promise<SignedIn> => {
    const person = SignedIn.parse((await signUp((await invited(email)).body)).body)
    expect((await user.ask('PUT', `/api/users/${person.user.id}/disabled`, { token: ann.accessToken, body: { disabled: true } })).status).toBe(200)
    return person
  }
  const logIn = (body: Record<string, string>, headers: Record<string, string> = {}) =>
    user.ask('POST', '/api/users/login', { body: { password: goodPassword, ...body }, headers })

  it('is let in where he is invited, by the sign-in that accepts', async () => {
    const [email, boss] = ['hal@example.com', await user.register('boss@example.com', { organizationName: 'Boss' })]
    const hal = await shutOut(email)
    expect(codeOf(await logIn({ email }))).toBe('account-disabled')
    const { body: { invitationToken = '' } } = await invited(email, boss.accessToken)
    expect(codeOf(await logIn({ email, password: 'not the password', invitationToken }))).toBe('bad-credentials')
    const answer = await logIn({ email, invitationToken }, { 'idempotency-key': 'hal-accepts' })
    const there = { organization: { id: boss.organization.id, role: 'admin' }, user: { id: hal.user.id, role: 'admin', version: 2 } }
    expect(SignedIn.parse(answer.body)).toMatchObject(there)
    expect((await logIn({ email, invitationToken }, { 'idempotency-key': 'hal-accepts' })).body).toEqual(answer.body)
    expect(SignedIn.parse((await logIn({ email, invitationToken })).body).organization.id).toBe(boss.organization.id)
    expect((await user.login(email)).organization.id).toBe(boss.organization.id)
  })
  it('is told so when the invitation does not hold, and signed in nowhere else', async () => {
    const [email, other] = ['ida@example.com', 'joe@example.com']
    const [ida, joe] = [await user.register(email, { organizationName: 'Ida' }), await user.register(other, { organizationName: 'Joe' })]
    const { id, body: { invitationToken = '' } } = await invited(email, joe.accessToken)
    const sessions = async () => (await user.deps.sessions.living(ida.user.id, user.clock.now())).length
    const before = await sessions()
    for (const token of ['not one of ours', `${invitationToken}x`]) expect(codeOf(await logIn({ email, invitationToken: token }))).toBe('invitation-invalid')
    expect(codeOf(await logIn({ email: other, invitationToken }))).toBe('invitation-for-another-address')
    expect(codeOf(await logIn({ email, invitationToken, organizationId: ida.organization.id }))).toBe('invalid')
    await user.ask('DELETE', `/api/users/invitations/${id}`, { token: joe.accessToken })
    const late = await logIn({ email, invitationToken })
    expect([late.status, codeOf(late), await sessions()]).toEqual([409, 'invitation-invalid', before])
  })
})
