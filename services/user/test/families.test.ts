import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sessionsApi } from '../../shared/contracts/user/http.ts'
import { SignedIn } from '../../shared/contracts/user/resources.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { codeOf, goodPassword, tokenOf, userService, type UserService } from './service.ts'

let user: UserService
let ann: SignedIn
let boss: SignedIn
const day = 86_400_000
beforeAll(async () => {
  user = await userService()
  boss = await user.register('boss@example.com', { organizationName: 'Works' })
  ann = await user.register('ann@example.com')
  await user.ask('POST', '/api/users/invitations', { token: boss.accessToken, body: { email: 'ann@example.com', role: 'member' } })
  await vi.waitFor(() => { expect(user.mails.length).toBe(1) }, 20_000)
  await user.ask('POST', '/api/users/invitations/accept', { token: ann.accessToken, body: { token: tokenOf(user.mails[0]) } })
})
afterAll(() => user.stop())
const refresh = (of: SignedIn) => user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: of.refreshToken } })
const switchTo = (organizationId: string, from: SignedIn, tokenIn = 'body') =>
  user.ask('POST', `/api/users/organizations/${organizationId}/token`, { token: from.accessToken, body: { tokenIn } })
const switched = async (from: SignedIn): Promise<SignedIn> => SignedIn.parse((await switchTo(boss.organization.id, from)).body)
const idOf = (of: SignedIn): string => of.refreshToken?.split('.')[0] ?? ''
const disable = (disabled: boolean) => user.ask('PUT', `/api/users/${ann.user.id}/disabled`, { token: boss.accessToken, body: { disabled } })

it('the organizations to switch to come page by page, in the order in which one joined', async () => {
  const page = async (query: string) => {
    const answer = await user.ask('GET', `/api/users/organizations?${query}`, { token: ann.accessToken })
    return sessionsApi.listOrganizations.reply.parse(answer.body)
  }
  const first = await page('limit=1')
  expect(first).toEqual({ items: [{ id: ann.organization.id, name: 'Acme', role: 'owner' }], nextCursor: expect.any(String) })
  expect(await page(`limit=1&cursor=${first.nextCursor}`)).toEqual({ items: [{ id: boss.organization.id, name: 'Works', role: 'member' }], nextCursor: null })
  expect((await page('limit=2')).nextCursor).toBeNull()
})

describe('a session that was switched to', () => {
  it('ends with the one it was switched from, and the other way round, over more than one switch', async () => {
    for (const out of [0, 1, 2]) {
      const parent = await user.login('ann@example.com')
      const child = await switched(parent)
      const grandchild = await switched(child)
      const all = [parent, child, grandchild]
      const before = (await user.events('SessionEnded')).length
      expect((await user.ask('POST', '/api/users/logout', { body: { refreshToken: all[out]?.refreshToken } })).status).toBe(204)
      expect((await Promise.all(all.map(refresh))).map(a => [a.status, codeOf(a)])).toEqual(Array.from({ length: 3 }, () => [401, 'session-ended']))
      const told = (await user.events('SessionEnded')).slice(before)
      expect(told.map(e => e.subject).toSorted()).toEqual(all.map(idOf).toSorted())
      expect(told.every(e => (e.data as { reason: string }).reason === 'logout')).toBe(true)
    }
  })
  it('ends when an old token of the other one comes again', async () => {
    const parent = await user.login('ann@example.com')
    const child = await switched(parent)
    await refresh(parent)
    user.clock.advance(121_000)
    expect(codeOf(await refresh(parent))).toBe('refresh-token-reused')
    expect(codeOf(await refresh(child))).toBe('session-ended')
  })
  it('ends although the process died before it could say so', async () => {
    const parent = await user.login('ann@example.com')
    const child = await switched(parent)
    const away = vi.spyOn(user.tables.sessions, 'find').mockRejectedValue(new Refused('unavailable', 'store-unavailable'))
    expect((await user.ask('DELETE', `/api/users/sessions/${idOf(parent)}`, { token: parent.accessToken })).status).toBe(503)
    away.mockRestore()
    await user.settled()
    expect(codeOf(await refresh(child))).toBe('session-ended')
  })
  it('leaves other sign-ins alone, and so does being shut out of its organization', async () => {
    const [parent, other] = [await user.login('ann@example.com'), await user.login('ann@example.com')]
    const child = await switched(parent)
    expect((await disable(true)).status).toBe(200)
    expect((await Promise.all([child, parent, other].map(refresh))).map(a => a.status)).toEqual([401, 200, 200])
    expect((await disable(false)).status).toBe(200)
    await user.ask('POST', '/api/users/logout', { token: parent.accessToken })
    expect((await refresh(other)).status).not.toBe(401)
  })
  it('lives no longer than the sign-in it came from, nor does a switch make it younger', async () => {
    let parent = await user.login('ann@example.com')
    for (let i = 0; i < 8; i++) {
      user.clock.advance(11 * day)
      parent = SignedIn.parse((await refresh(parent)).body)
    }
    const child = await switched(parent)
    const stolen = await switched(child)
    user.clock.advance(2 * day - 300_000)
    const late = SignedIn.parse((await refresh(child)).body)
    user.clock.advance(300_000)
    expect((await Promise.all([late, stolen].map(refresh))).map(codeOf)).toEqual(['session-ended', 'session-ended'])
    const again = await switchTo(boss.organization.id, late)
    expect([again.status, codeOf(again)]).toEqual([401, 'session-ended'])
    boss = await user.login('boss@example.com')
  })
})

it('nobody is let in who was shut out while he signed in', async () => {
  const { insert } = user.tables.sessions
  const inserting = vi.spyOn(user.tables.sessions, 'insert').mockImplementationOnce(async rows => {
    expect((await disable(true)).status).toBe(200)
    await user.settled()
    return insert(rows)
  })
  const late = await user.ask('POST', '/api/users/login', { body: { email: 'ann@example.com', password: goodPassword, organizationId: boss.organization.id } })
  inserting.mockRestore()
  expect([late.status, codeOf(late)]).toEqual([403, 'account-disabled'])
  expect((await user.deps.sessions.living(ann.user.id, user.clock.now())).filter(s => s.organizationId === boss.organization.id)).toEqual([])
})

describe('of very many sessions', () => {
  const many = async (userId: string, count: number, lastSeenAt: (i: number) => string) => {
    for (let i = 0; i < count; i++) {
      const at = lastSeenAt(i)
      await user.tables.sessions.insert([{
        _id: `${userId}.${i}`, userId, organizationId: 'o', ip: '', userAgent: '',
        createdAt: at, lastSeenAt: at, day: at.slice(0, 10), endedAt: null,
      }])
    }
  }
  const ago = (ms: number): string => new Date(Date.parse(user.clock.now()) - ms).toISOString()
  const open = async (userId: string) => (await user.tables.sessions.find({ userId, endedAt: null })).map(row => row._id)
  it('a person keeps the hundred that were used last', async () => {
    const cat = await user.register('cat@example.com')
    await many(cat.user.id, 120, i => ago(i * 1_000))
    let newest = cat
    for (let i = 0; i < 16; i++) newest = await user.login('cat@example.com')
    await user.settled()
    const left = await open(cat.user.id)
    // The newest may be there only after the others were counted.
    expect([100, 101]).toContain(left.length)
    expect(left).toEqual(expect.arrayContaining([idOf(cat), idOf(newest), `${cat.user.id}.80`]))
    expect(left).not.toContain(`${cat.user.id}.90`)
  })
  it('signing out reads those of its sign-in, not all that the person ever began', async () => {
    const eve = await user.register('eve@example.com')
    await user.settled()
    await many(eve.user.id, 90, i => ago(i * 1_000))
    const { find } = user.tables.sessions
    let read = 0
    const reading = vi.spyOn(user.tables.sessions, 'find').mockImplementation(async where => {
      const rows = await find(where)
      read += rows.length
      return rows
    })
    expect((await user.ask('POST', '/api/users/logout', { body: { refreshToken: eve.refreshToken } })).status).toBe(204)
    await user.settled()
    reading.mockRestore()
    expect(read).toBe(0)
  })
  const meta = (commandId: string, at = user.clock.now()) => ({ actor: 'x', at, correlationId: 'c', causationId: null, commandId })
  /** As often as it takes until they are looked through. */
  const lookThrough = async (userId: string) => { for (let i = 0; i < 16; i++) await user.deps.sessions.bound(userId, meta(`bound ${i}`)) }
  const hour = 3_600_000
  it('the rows of those that are over go after an hour, and none begins again', async () => {
    const start = { id: 'ida.first', userId: 'ida', organizationId: 'o', by: 'password', ip: '', userAgent: '' } as const
    const begin = () => user.deps.sessions.start(start, meta('begin', ago(3 * hour)))
    await begin()
    await user.deps.sessions.end({ _id: 'ida.first', organizationId: 'o' }, 'logout', meta('end', ago(hour)))
    await many('ida', 3, i => ago(14 * day + (i - 1) * hour))
    await user.settled()
    await lookThrough('ida')
    expect((await user.tables.sessions.find({ userId: 'ida' })).map(row => row._id)).toEqual(['ida.0', 'ida.1'])
    await begin()
    expect(await user.tables.sessions.one({ _id: 'ida.first' })).toBeUndefined()
  })
  it('but not while others of the same sign-in live, which end when one signs out by them', async () => {
    const begin = async (id: string, parentId?: string) => {
      const parent = parentId === undefined ? undefined : await user.deps.sessions.find(parentId)
      const start = { id, userId: 'rob', organizationId: 'o', by: 'switch', ip: '', userAgent: '', ...(parent && { parent }) } as const
      return user.deps.sessions.start(start, meta(id, ago(2 * hour)))
    }
    const refreshToken = await begin('rob-first')
    await begin('rob-second', 'rob-first')
    await user.deps.sessions.end({ _id: 'rob-first', organizationId: 'o' }, 'disabled', meta('shut out', ago(hour)))
    await user.settled()
    await lookThrough('rob')
    expect(await open('rob')).toEqual(['rob-second'])
    expect((await user.ask('POST', '/api/users/logout', { body: { refreshToken } })).status).toBe(204)
    expect(await open('rob')).toEqual([])
  })
  it('of which two hundred stay, the newest, however often one has switched', async () => {
    const begun = { userId: 'zoe', organizationId: 'o', ip: '', userAgent: '', createdAt: ago(day), lastSeenAt: ago(day), day: ago(day).slice(0, 10) }
    await user.tables.sessions.insert([{ ...begun, _id: 'zoe.first', endedAt: null }])
    const over = (i: number) => ({ ...begun, _id: `zoe.${i}`, family: 'zoe.first', endedAt: ago(hour + i * 1_000) })
    await user.tables.sessions.insert(Array.from({ length: 250 }, (_, i) => over(i)))
    await lookThrough('zoe')
    const left = (await user.tables.sessions.find({ userId: 'zoe' })).map(row => row._id)
    expect(left).toHaveLength(201)
    expect(left).toEqual(expect.arrayContaining(['zoe.first', 'zoe.0', 'zoe.199']))
  })
  it('many that are over go at once, and sign-ins of the same moment share a look', async () => {
    await many('lea', 500, i => ago(15 * day + i))
    const looks = vi.spyOn(user.tables.sessions, 'find')
    await Promise.all(Array.from({ length: 10 }, (_, i) => user.deps.sessions.bound('lea', meta(`bound ${i}`))))
    const made = looks.mock.calls.filter(([where]) => where.userId === 'lea').length
    looks.mockRestore()
    expect([made, (await user.tables.sessions.find({ userId: 'lea' })).length]).toEqual([2, 0])
  })
  it('those that have run out do not count, nor are they ended as too many', async () => {
    await many('jan', 150, i => ago(14 * day + i))
    await lookThrough('jan')
    expect((await open('jan')).length).toBe(150)
  })
  it('a look that fails is made again', async () => {
    await many('kim', 110, i => ago(i * 1_000))
    const away = vi.spyOn(user.tables.sessions, 'find').mockRejectedValueOnce(new Refused('unavailable', 'store-unavailable'))
    await expect(user.deps.sessions.bound('kim', meta('first'))).rejects.toThrow('store-unavailable')
    away.mockRestore()
    await user.deps.sessions.bound('kim', meta('second'))
    expect((await open('kim')).length).toBe(100)
  })
  it('those that have run out are not ended once more', async () => {
    await many('dan', 3, i => ago(i * 10 * day))
    const meta = { actor: 'dan', at: user.clock.now(), correlationId: 'c', causationId: null, commandId: 'dan' }
    await user.deps.sessions.endAll({ userId: 'dan' }, 'password', meta)
    expect(await open('dan')).toEqual(['dan.2'])
  })
})
