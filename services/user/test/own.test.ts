import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Refused } from '../../shared/kit/decider.ts'
import { commitsOf } from '../../shared/kit/events/test/log-of.ts'
import { codeOf, goodPassword, tokenOf, userService, type UserService } from './service.ts'

let user: UserService
beforeAll(async () => { user = await userService() })
afterAll(() => user.stop())
const newPassword = 'quiet river nine'
const put = (token: string, body: unknown, headers: Record<string, string> = {}) => user.ask('PUT', '/api/users/profile', { token, body, headers })

describe('the profile', () => {
  it('takes the fields it is given and leaves the others', async () => {
    const ann = await user.register('ann@example.com', { name: 'Ann' })
    const changed = await put(ann.accessToken, { timezone: 'Europe/Vienna', preferences: { theme: 'dark' } })
    expect(changed.body).toMatchObject({ name: 'Ann', timezone: 'Europe/Vienna', preferences: { theme: 'dark' }, version: 2 })
    expect(changed.headers.get('etag')).toBe('"2"')
    expect((await user.events('UserUpdated')).at(-1)).toMatchObject({ subject: ann.user.id, organizationid: ann.organization.id, data: { changed: ['timezone', 'preferences'] } })
    expect((await put(ann.accessToken, { timezone: 'Europe/Vienna' })).body).toMatchObject({ version: 2 })
  })
  it('refuses a stale If-Match', async () => {
    const { accessToken } = await user.login('ann@example.com')
    expect((await put(accessToken, { name: 'Anna' }, { 'if-match': '"1"' })).status).toBe(412)
    expect((await put(accessToken, { name: 'Anna' }, { 'if-match': '"2"' })).status).toBe(200)
  })
  it('of one is not taken for that of another at the same version', async () => {
    const [zoe, yan] = [await user.register('zoe@example.com'), await user.register('yan@example.com')]
    const etag = (await user.ask('GET', '/api/users/profile', { token: zoe.accessToken })).headers.get('etag')
    expect(etag).toBe('"1"')
    expect(await user.ask('GET', '/api/users/profile', { token: yan.accessToken, headers: { 'if-none-match': '"1"' } })).toMatchObject({ status: 200, body: { id: yan.user.id } })
  })
  it('loses none of twenty changes at once', async () => {
    const { accessToken } = await user.login('ann@example.com')
    const answers = await Promise.all([put(accessToken, { name: 'Anne' }), put(accessToken, { locale: 'de-AT' }), put(accessToken, { avatarUrl: 'https://example.com/a.png' })])
    expect(answers.map(a => a.status)).toEqual([200, 200, 200])
    expect((await user.ask('GET', '/api/users/profile', { token: accessToken })).body).toMatchObject({ name: 'Anne', locale: 'de-AT', avatarUrl: 'https://example.com/a.png' })
  })
  it.each([
    [{ name: { $ne: null } }, 'name.$ne'], [{ timezone: 'Mars/Olympus' }, 'timezone'], [{ avatarUrl: 'javascript:alert(1)' }, 'avatarUrl'],
    [{ role: 'owner' }, 'role'], [{ locale: '!!' }, 'locale'],
    [{ preferences: { $where: 'x' } }, 'preferences.$where'], [{ name: '' }, 'name'],
  ])('refuses %j', async (body, path) => {
    const { accessToken } = await user.login('ann@example.com')
    const answer = await put(accessToken, body)
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid'])
    expect(answer.body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ path })]) })
  })
  it('refuses prototype keys', async () => {
    const { accessToken } = await user.login('ann@example.com')
    const answer = await user.server.request('PUT', '/api/users/profile', {
      raw: '{"preferences":{"__proto__":{"polluted":true}}}', headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(answer.status).toBe(400)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})

describe('a password', () => {
  it('is changed by the old one, and the other sessions end', async () => {
    const bob = await user.register('bob@example.com')
    const other = await user.login('bob@example.com')
    const wrong = await user.ask('PUT', '/api/users/password', { token: bob.accessToken, body: { current: 'not mine', password: newPassword } })
    expect([wrong.status, codeOf(wrong)]).toEqual([403, 'bad-password'])
    expect((await user.ask('PUT', '/api/users/password', { token: bob.accessToken, body: { current: goodPassword, password: newPassword } })).status).toBe(204)
    expect((await user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: other.refreshToken } })).status).toBe(401)
    expect((await user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: bob.refreshToken } })).status).toBe(200)
    expect((await user.login('bob@example.com', newPassword)).user.id).toBe(bob.user.id)
  })
  it('is not made of the own name or that of the organization', async () => {
    const ada = await user.register('ada@example.com', { name: 'Ada Lovelace', organizationName: 'Analytical Engines' })
    for (const password of ['Ada Lovelace', 'analytical-engines-2026']) {
      const answer = await user.ask('PUT', '/api/users/password', { token: ada.accessToken, body: { current: goodPassword, password } })
      expect([answer.status, codeOf(answer)]).toEqual([400, 'password-too-common'])
    }
  })
  it('that was changed just before the store went away ends the other sessions all the same', async () => {
    const [eve, other] = [await user.register('eve@example.com'), await user.login('eve@example.com')]
    const away = vi.spyOn(user.tables.sessions, 'find').mockRejectedValue(new Refused('unavailable', 'store-unavailable'))
    expect((await user.ask('PUT', '/api/users/password', { token: eve.accessToken, body: { current: goodPassword, password: newPassword } })).status).toBe(503)
    away.mockRestore()
    await user.settled()
    expect((await user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: other.refreshToken } })).status).toBe(401)
    expect((await user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: eve.refreshToken } })).status).toBe(200)
  })
  it('that was changed although the answer was lost is changed when the session asks again, and counts as no wrong guess', async () => {
    const [hal, other] = [await user.register('hal@example.com'), await user.login('hal@example.com')]
    const change = ({ accessToken }: typeof hal) =>
      user.ask('PUT', '/api/users/password', { token: accessToken, body: { current: goodPassword, password: newPassword } })
    const away = vi.spyOn(user.tables.sessions, 'find').mockRejectedValue(new Refused('unavailable', 'store-unavailable'))
    expect((await change(hal)).status).toBe(503)
    away.mockRestore()
    for (let i = 0; i < 20; i++) expect((await change(hal)).status).toBe(204)
    expect(codeOf(await change(other))).toBe('bad-password')
    expect((await user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: other.refreshToken } })).status).toBe(401)
    expect((await user.login('hal@example.com', newPassword)).user.id).toBe(hal.user.id)
  })
  it('is not guessed by who has stolen the session that set it, in the place of the new one', async () => {
    const kay = await user.register('kay@example.com')
    const change = (current: string, password = newPassword) => user.ask('PUT', '/api/users/password', { token: kay.accessToken, body: { current, password } })
    expect((await change(goodPassword)).status).toBe(204)
    expect(codeOf(await change('a wrong guess'))).toBe('bad-password')
    expect(codeOf(await change(goodPassword, 'a wrong guess'))).toBe('bad-password')
    expect((await change(goodPassword)).status).toBe(204)
  })
  it('is not guessed by who has stolen a session, nor by switching to more of them', async () => {
    const gus = await user.register('gus@example.com')
    const guess = (token: string) => user.ask('PUT', '/api/users/password', { token, body: { current: 'a wrong guess', password: newPassword } })
    for (let i = 0; i < 11; i++) expect((await guess(gus.accessToken)).status).toBe(403)
    const switched = await user.ask('POST', `/api/users/organizations/${gus.organization.id}/token`, { token: gus.accessToken })
    const { accessToken } = switched.body as { accessToken: string }
    for (const token of [gus.accessToken, accessToken]) {
      const answer = await guess(token)
      expect([answer.status, codeOf(answer)]).toEqual([429, 'too-many-attempts'])
    }
  })
  it('is reset by a mailed token, once, and all sessions end', async () => {
    const cat = await user.register('cat@example.com')
    expect((await user.ask('POST', '/api/users/password/forgot', { body: { email: 'cat@example.com' } })).status).toBe(202)
    await user.settled()
    const mail = user.mails.find(m => m['template'] === 'password-reset')
    expect(mail).toMatchObject({ to: { address: 'cat@example.com' } })
    const token = tokenOf(mail)
    const reset = (password: string) => user.ask('POST', '/api/users/password/reset', { body: { token, password } })
    expect(codeOf(await reset('password1234'))).toBe('password-too-common')
    expect((await reset(newPassword)).status).toBe(204)
    const second = await reset('another good one')
    expect([second.status, codeOf(second)]).toEqual([409, 'reset-token-invalid'])
    expect((await user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: cat.refreshToken } })).status).toBe(401)
    expect((await user.login('cat@example.com', newPassword)).user.id).toBe(cat.user.id)
    expect(JSON.stringify(await commitsOf(user.log, `-/person/${cat.user.id}`))).not.toContain(token.split('.')[2])
  })
  describe('that is reset while a store is away', () => {
    const reset = async (email: string) => {
      await user.ask('POST', '/api/users/password/forgot', { body: { email } })
      await user.settled()
      const body = { token: tokenOf(user.mails.findLast(m => m['template'] === 'password-reset')), password: newPassword }
      return () => user.ask('POST', '/api/users/password/reset', { body, headers: { 'idempotency-key': `reset-${email}` } })
    }
    it('is reset when it is said again with its Idempotency-Key, and the sessions end', async () => {
      const ian = await user.register('ian@example.com')
      const send = await reset('ian@example.com')
      const away = vi.spyOn(user.deps.sessions, 'endAll').mockRejectedValue(new Refused('unavailable', 'store-unavailable'))
      expect((await send()).status).toBe(503)
      away.mockRestore()
      expect([(await send()).status, (await send()).status]).toEqual([204, 204])
      expect((await user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: ian.refreshToken } })).status).toBe(401)
      expect((await user.login('ian@example.com', newPassword)).user.id).toBe(ian.user.id)
    })
    it('is reset although wrong guesses cannot be forgotten now', async () => {
      await user.register('joe@example.com')
      const send = await reset('joe@example.com')
      user.dapr.down = true
      const { status } = await send()
      user.dapr.down = false
      expect([status, (await user.login('joe@example.com', newPassword)).user.email]).toEqual([204, 'joe@example.com'])
    })
  })
  it('the answer to a forgotten one tells nothing', async () => {
    const mails = user.mails.length
    const answer = await user.ask('POST', '/api/users/password/forgot', { body: { email: 'nobody@example.com' } })
    expect([answer.status, answer.body]).toEqual([202, {}])
    await user.settled()
    expect(user.mails.length).toBe(mails)
  })
  it('an old or foreign reset token is refused', async () => {
    await user.ask('POST', '/api/users/password/forgot', { body: { email: 'bob@example.com' } })
    await user.settled()
    const token = tokenOf(user.mails.at(-1))
    expect(codeOf(await user.ask('POST', '/api/users/password/reset', { body: { token: `${token}x`, password: newPassword } }))).toBe('reset-token-invalid')
    user.clock.advance(3_600_001)
    expect(codeOf(await user.ask('POST', '/api/users/password/reset', { body: { token, password: newPassword } }))).toBe('reset-token-invalid')
  })
})
