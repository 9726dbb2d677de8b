import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeCodes } from '../../../services/shared/contracts/gateway/live.ts'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import { call, refused, send } from '../../support/call.ts'
import { kill } from '../../support/parts.ts'
import { colleague, founder, type Person } from '../../support/people.ts'
import { socketOf } from '../../support/socket.ts'
import { median } from './statistics.ts'

const promisedMs = 5_000
// A machine that stands still for a moment delays one cut, but not most of them.
const limitMs = 4 * promisedMs
const [cuts, lives] = [new Array<number>(), new Array<number>()]
const paths = ['/api/users/profile', '/api/tasks', '/api/projects', '/api/notifications', '/api/operations/dead-letters']

/** How long a token goes on opening anything at all, and what the last door says then. */
const lifeOf = async (token: string): Promise<{ ms: number; code: string }> => {
  const began = performance.now()
  for (;;) {
    const answers = await Promise.all(paths.map(path => send('GET', path, { token })))
    const ms = Math.round(performance.now() - began)
    if (answers.every(a => a.status === 401)) return { ms, code: String(Object(answers.at(-1)?.json).code) }
    if (ms > 2 * limitMs) return { ms, code: `still open: ${answers.map(a => a.status).join(' ')}` }
    await pause(25)
  }
}
/** Opens a socket, lets it happen, and measures how long the socket and the token outlive it. */
const outlived = async (what: string, person: Person, happen: () => Promise<unknown>): Promise<string> => {
  const socket = await socketOf(person)
  expect((await send('GET', '/api/tasks', { token: person.token })).status).toBe(200)
  await happen()
  const began = performance.now()
  const [cut, life] = await Promise.all([socket.closed.then(code => ({ code, ms: Math.round(performance.now() - began) })), lifeOf(person.token)])
  process.stdout.write(`${what}: the socket is cut after ${cut.ms} ms, the access token is refused after ${life.ms} ms\n`)
  cuts.push(cut.ms)
  lives.push(life.ms)
  expect(cut.code).toBe(closeCodes.sessionEnded)
  expect(cut.ms).toBeLessThan(limitMs)
  expect(life.ms, life.code).toBeLessThan(limitMs)
  return life.code
}

describe('access is cut within five seconds', { timeout: 180_000 }, () => {
  let owner: Person
  let password: string
  beforeAll(async () => { owner = await founder('Olga Owner'); password = owner.password })
  const another = async (person: Person): Promise<Person> => {
    const again = await call(userApi.login, { body: { email: person.email, password: person.password } })
    return { ...person, token: again.accessToken, refreshToken: again.refreshToken ?? '' }
  }

  it('when a session is ended from another device', async () => {
    const other = await another(owner)
    const { items } = await call(userApi.listSessions, { token: other.token })
    const id = items.find(session => session.current)?.id ?? ''
    expect(await outlived('a session ended', other, () => call(userApi.endSession, { token: owner.token, params: { id } }))).toBe('session-ended')
    expect((await send('GET', '/api/tasks', { token: owner.token })).status).toBe(200)
  })
  it('when somebody signs out', async () => {
    const other = await another(owner)
    expect(await outlived('signed out', other, () => call(userApi.logout, { body: { refreshToken: other.refreshToken } }))).toBe('session-ended')
  })
  it('when a member is shut out, who gets no new token either', async () => {
    const member = await colleague(owner, 'member', 'Dora Disabled')
    expect(await outlived('shut out', member, () => call(userApi.disableMember, { token: owner.token, params: { id: member.id }, body: { disabled: true } }))).toBe('session-ended')
    expect((await refused(userApi.refresh, { body: { refreshToken: member.refreshToken } })).status).toBe(401)
    expect((await refused(userApi.login, { body: { email: member.email, password: member.password } })).code).toBe('account-disabled')
  })
  it('when the password is changed on another device', async () => {
    const other = await another(owner)
    const changed = `${password} changed`
    const body = { current: password, password: changed }
    expect(await outlived('password changed', other, () => call(userApi.changePassword, { token: owner.token, body }))).toBe('session-ended')
    password = changed
  })
  it('when an old refresh token comes again', async () => {
    const victim = await founder('Vera Victim')
    const second = await call(userApi.refresh, { body: { refreshToken: victim.refreshToken } })
    await call(userApi.refresh, { body: { refreshToken: second.refreshToken ?? '' } })
    expect(await outlived('refresh token replayed', victim, () => refused(userApi.refresh, { body: { refreshToken: victim.refreshToken } }))).toBe('session-ended')
  })
  it('when an account is closed', async () => {
    const leaver = await founder('Lena Leaver')
    expect(await outlived('account closed', leaver, () => call(userApi.closeAccount, { token: leaver.token, body: { password: leaver.password } }))).toBe('session-ended')
  })
  it('when a role is taken away: the old token is refused, a refreshed one has the new role', async () => {
    const admin = await colleague(owner, 'admin', 'Adam Admin')
    expect((await send('GET', '/api/analytics/counts', { token: admin.token })).status).toBe(200)
    await call(userApi.changeRole, { token: owner.token, params: { id: admin.id }, body: { role: 'guest' } })
    const { ms, code } = await lifeOf(admin.token)
    process.stdout.write(`role taken away: the access token is refused after ${ms} ms\n`)
    lives.push(ms)
    expect(code).toBe('token-outdated')
    expect(ms).toBeLessThan(limitMs)
    const refreshed = await call(userApi.refresh, { body: { refreshToken: admin.refreshToken } })
    expect(refreshed.user.role).toBe('guest')
    expect((await send('GET', '/api/analytics/counts', { token: refreshed.accessToken })).status).toBe(403)
    expect((await send('GET', '/api/users/profile', { token: refreshed.accessToken })).status).toBe(200)
  })
  it('and stays cut when the gateway begins anew', async () => {
    const other = await founder('Greta Gone')
    await call(userApi.logout, { body: { refreshToken: other.refreshToken } })
    expect((await lifeOf(other.token)).code).toBe('session-ended')
    await kill('gateway')
    const deadline = performance.now() + 120_000
    while ((await send('GET', '/health/ready').catch(() => undefined))?.status !== 200) {
      if (performance.now() > deadline) throw new Error('the gateway did not come back')
      await pause(200)
    }
    expect(await lifeOf(other.token)).toMatchObject({ code: 'session-ended' })
  })
  it('as most of these sockets and tokens were', () => {
    expect(median(cuts)).toBeLessThan(promisedMs)
    expect(median(lives)).toBeLessThan(promisedMs)
  })
})
