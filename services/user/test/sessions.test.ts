import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { signingApi } from '../../shared/contracts/user/http.ts'
import { SignedIn } from '../../shared/contracts/user/resources.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { sessionLimits } from '../identity/session-row.ts'
import { codeOf, userService, type UserService } from './service.ts'

let user: UserService
beforeAll(async () => { user = await userService() })
afterAll(() => user.stop())
const refresh = (refreshToken: string | null, from: { ip?: string; headers?: Record<string, string> } = {}) =>
  user.ask('POST', '/api/users/token/refresh', { body: { refreshToken }, ...from })
const cookieOf = (answer: { headers: Headers }) => answer.headers.getSetCookie().find(c => c.startsWith('cybertask-refresh='))

describe('refreshing', () => {
  it('gives a new pair each time', async () => {
    const ann = await user.register('ann@example.com')
    const answer = await refresh(ann.refreshToken)
    expect(answer.status).toBe(200)
    const next = SignedIn.parse(answer.body)
    expect(next.refreshToken).not.toBe(ann.refreshToken)
    expect((await user.ask('GET', '/api/users/profile', { token: next.accessToken })).status).toBe(200)
  })
  it.each([
    ['from elsewhere', 11_000, { ip: '10.0.0.2' }],
    ['from another browser of the same machine', 11_000, { headers: { 'user-agent': 'another' } }],
    ['long after', 121_000, {}],
  ])('ends the session when an old token comes again %s', async (_, later, from) => {
    const ann = await user.login('ann@example.com')
    const next = SignedIn.parse((await refresh(ann.refreshToken)).body)
    user.clock.advance(later)
    const replayed = await refresh(ann.refreshToken, from)
    expect([replayed.status, codeOf(replayed)]).toEqual([401, 'refresh-token-reused'])
    const after = await refresh(next.refreshToken)
    expect([after.status, codeOf(after)]).toEqual([401, 'session-ended'])
    const data = { userId: ann.user.id, sessionId: ann.refreshToken?.split('.')[0], reason: 'reuse' }
    expect(await user.events('SessionEnded')).toContainEqual(expect.objectContaining({ data }))
  })
  it('gives the same token again to the machine that may not have got the answer', async () => {
    const ann = await user.login('ann@example.com')
    const lost = SignedIn.parse((await refresh(ann.refreshToken)).body)
    user.clock.advance(30_000)
    expect(SignedIn.parse((await refresh(ann.refreshToken)).body).refreshToken).toBe(lost.refreshToken)
    await refresh(lost.refreshToken)
    expect(codeOf(await refresh(ann.refreshToken))).toBe('refresh-token-reused')
  })
  it('says in the documents for how long', () => {
    const { graceMs, sameMachineMs } = sessionLimits
    expect(signingApi.refresh.summary).toContain(`within ${graceMs / 1_000} s, or within ${sameMachineMs / 1_000} s from the same machine and browser`)
  })
  it('spends nothing while what the answer needs is away', async () => {
    const ann = await user.login('ann@example.com')
    const away = vi.spyOn(user.deps.organizations, 'load').mockRejectedValueOnce(new Refused('unavailable', 'store-unavailable'))
    expect((await refresh(ann.refreshToken)).status).toBe(503)
    away.mockRestore()
    expect(await user.tables.spentTokens.find({ sessionId: ann.refreshToken?.split('.')[0] ?? '' })).toEqual([])
    user.clock.advance(30_000)
    expect((await refresh(ann.refreshToken)).status).toBe(200)
  })
  it('does not take the last but one even at once', async () => {
    const ann = await user.login('ann@example.com')
    const second = SignedIn.parse((await refresh(ann.refreshToken)).body)
    await refresh(second.refreshToken)
    expect(codeOf(await refresh(ann.refreshToken))).toBe('refresh-token-reused')
  })
  it('leaves one living family when fifty tabs refresh at once', async () => {
    const ann = await user.login('ann@example.com')
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(ann.refreshToken)))
    expect(answers.every(a => a.status === 200)).toBe(true)
    const tokens = new Set(answers.map(a => SignedIn.parse(a.body).refreshToken))
    expect(tokens.size).toBe(1)
    expect((await refresh([...tokens][0] ?? '')).status).toBe(200)
  })
  it('stores no token', async () => {
    const ann = await user.login('ann@example.com')
    const secret = ann.refreshToken?.split('.')[1] ?? 'none'
    expect(JSON.stringify([await user.tables.sessions.find({}), await user.tables.spentTokens.find({})])).not.toContain(secret)
  })
  it.each([['made up', 'x'], ['of another key', 'a.b.c'], ['empty', ' ']])('refuses one that is %s', async (_, token) => {
    const answer = await refresh(token)
    expect([answer.status, codeOf(answer)]).toEqual([401, 'bad-refresh-token'])
  })
  it('a made-up token for a known session does not end it', async () => {
    const ann = await user.login('ann@example.com')
    const [id] = ann.refreshToken?.split('.') ?? []
    expect((await refresh(`${id}.guess.guess`)).status).toBe(401)
    expect((await refresh(ann.refreshToken)).status).toBe(200)
  })
  it('is forgotten when it cannot live any more', async () => {
    const { user: { id } } = await user.register('old@example.com')
    user.clock.advance(92 * 86_400_000)
    await user.deps.sessions.tidy(user.clock.now())
    expect(await user.tables.sessions.find({ userId: id })).toEqual([])
  })
  it('ends after two weeks of silence', async () => {
    const ann = await user.login('ann@example.com')
    user.clock.advance(14 * 86_400_000)
    expect(codeOf(await refresh(ann.refreshToken))).toBe('session-ended')
  })
})

describe('the browser', () => {
  it('keeps its token in an HttpOnly cookie that scripts never see', async () => {
    const answer = await user.ask('POST', '/api/users/login', { body: { email: 'ann@example.com', password: 'plum tarragon seven', tokenIn: 'cookie' } })
    const cookie = cookieOf(answer) ?? ''
    expect(cookie).toMatch(/httponly/i)
    expect(cookie).toMatch(/samesite=strict/i)
    expect(answer.body).toMatchObject({ refreshToken: null })
    const again = await user.ask('POST', '/api/users/token/refresh', { body: {}, cookie: cookie.split(';')[0] ?? '' })
    expect(again.status).toBe(200)
    expect(cookieOf(again)).toBeDefined()
    const out = await user.ask('POST', '/api/users/logout', { cookie: cookieOf(again)?.split(';')[0] ?? '' })
    expect([out.status, cookieOf(out)?.includes('expires=Thu, 01 Jan 1970')]).toEqual([204, true])
  })
})

describe('own sessions', () => {
  it('are listed and ended', async () => {
    const bob = await user.register('bob@example.com')
    const other = await user.login('bob@example.com')
    const list = await user.ask('GET', '/api/users/sessions', { token: other.accessToken })
    expect(list.body).toMatchObject({ items: [{ current: true, ip: '10.0.0.1' }, { current: false }], nextCursor: null })
    const { items: [, first] } = list.body as { items: { id: string }[] }
    expect((await user.ask('DELETE', `/api/users/sessions/${first?.id}`, { token: other.accessToken })).status).toBe(204)
    expect(codeOf(await refresh(bob.refreshToken))).toBe('session-ended')
    const data = expect.objectContaining({ sessionId: first?.id, reason: 'ended' })
    expect(await user.events('SessionEnded')).toContainEqual(expect.objectContaining({ organizationid: bob.organization.id, data }))
  })
  it('of others are unknown', async () => {
    const [ann, bob] = [await user.login('ann@example.com'), await user.login('bob@example.com')]
    const { items: [theirs] } = (await user.ask('GET', '/api/users/sessions', { token: ann.accessToken })).body as { items: { id: string }[] }
    const answer = await user.ask('DELETE', `/api/users/sessions/${theirs?.id}`, { token: bob.accessToken })
    expect([answer.status, codeOf(answer)]).toEqual([404, 'session-unknown'])
  })
  it('end on logout by bearer token, by refresh token, and without either nothing happens', async () => {
    const [one, two] = [await user.login('bob@example.com'), await user.login('bob@example.com')]
    expect((await user.ask('POST', '/api/users/logout', { token: one.accessToken })).status).toBe(204)
    expect(codeOf(await refresh(one.refreshToken))).toBe('session-ended')
    expect((await user.ask('POST', '/api/users/logout', { body: { refreshToken: two.refreshToken } })).status).toBe(204)
    expect(codeOf(await refresh(two.refreshToken))).toBe('session-ended')
    expect((await user.ask('POST', '/api/users/logout')).status).toBe(204)
  })
  it('a ticket for a socket is told to the gateway, once', async () => {
    const bob = await user.login('bob@example.com')
    const { body } = await user.ask('POST', '/api/users/ws-ticket', { token: bob.accessToken })
    const { ticket } = body as { ticket: string }
    const redeem = (caller: 'gateway' | 'task') => user.server.request('POST', '/internal/users/ws-tickets/redeem', { body: { ticket }, caller })
    expect((await redeem('task')).status).toBe(403)
    const answers = await Promise.all([redeem('gateway'), redeem('gateway')])
    expect(answers.map(a => a.status).toSorted()).toEqual([200, 404])
    expect(answers.find(a => a.status === 200)?.body).toMatchObject({ userId: bob.user.id, organizationId: bob.organization.id, role: 'owner' })
  })
})
