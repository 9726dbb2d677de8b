import { hash } from '@node-rs/argon2'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Refused } from '../../shared/kit/decider.ts'
import { NO_TENANT } from '../../shared/kit/events/log/commit.ts'
import { commitsOf } from '../../shared/kit/events/test/log-of.ts'
import { codeOf, goodPassword, tokenOf, userService, type UserService } from './service.ts'

let user: UserService
beforeAll(async () => { user = await userService() })
afterAll(() => user.stop())

describe('signing up', () => {
  it('founds an organization and signs in', async () => {
    const ann = await user.register('ann@example.com', { name: 'Ann' })
    expect(ann).toMatchObject({ user: { email: 'ann@example.com', name: 'Ann', role: 'owner', version: 1 }, organization: { name: 'Acme', role: 'owner' }, expiresIn: 600 })
    const [created] = await user.events('UserCreated')
    expect(created).toMatchObject({ subject: ann.user.id, organizationid: ann.organization.id, data: { userId: ann.user.id, role: 'owner', invitedBy: null } })
    expect((await user.ask('GET', '/api/users/profile', { token: ann.accessToken })).body).toMatchObject({ id: ann.user.id, organizationId: ann.organization.id })
  })
  it('takes an address once, however it is written', async () => {
    const answer = await user.ask('POST', '/api/users/register', { body: { email: ' ANN@Example.com ', password: goodPassword, name: 'A', organizationName: 'B' } })
    expect([answer.status, codeOf(answer)]).toEqual([409, 'email-taken'])
  })
  it('lets one of twenty through who take the same address at once', async () => {
    const body = { email: 'race@example.com', password: goodPassword, name: 'R', organizationName: 'Race' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => user.ask('POST', '/api/users/register', { body })))
    expect(answers.map(a => a.status).toSorted()).toEqual([201, ...Array.from({ length: 19 }, () => 409)])
  })
  it('takes over a claim that a crash left behind', async () => {
    await user.tables.logins.insert([{ _id: user.deps.logins.hash('left@example.com'), userId: 'left-behind' }])
    expect((await user.register('left@example.com')).user.id).toBe('left-behind')
  })
  it('gives the address of who is closed to one of twenty, where his claim was left behind', async () => {
    const emailHash = user.deps.logins.hash('gone@example.com')
    const meta = { actor: 'gone', at: user.clock.now(), correlationId: 'c', causationId: null }
    await user.deps.persons.handle(NO_TENANT, 'gone', {
      type: 'Register', emailHash, email: 'sealed', profile: 'sealed', password: null, organization: { id: 'o', name: null }, at: meta.at,
    }, { ...meta, commandId: 'register gone' })
    await user.deps.persons.handle(NO_TENANT, 'gone', { type: 'TurnAway', organizationId: 'o', sagaId: 's' }, { ...meta, commandId: 'turn gone away' })
    await user.tables.logins.insert([{ _id: emailHash, userId: 'gone' }])
    const body = { email: 'gone@example.com', password: goodPassword, name: 'G', organizationName: 'New' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => user.ask('POST', '/api/users/register', { body })))
    expect(answers.map(a => a.status).toSorted()).toEqual([201, ...Array.from({ length: 19 }, () => 409)])
    expect((await user.login('gone@example.com')).user.id).not.toBe('gone')
  })
  it('gives the first answer again for the same Idempotency-Key', async () => {
    const once = { body: { email: 'idem@example.com', password: goodPassword, name: 'I', organizationName: 'Idem' }, headers: { 'idempotency-key': 'k1' } }
    const [first, second] = [await user.ask('POST', '/api/users/register', once), await user.ask('POST', '/api/users/register', once)]
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body])
    const other = await user.ask('POST', '/api/users/register', { ...once, body: { ...once.body, password: 'another password' } })
    expect(other.status).toBe(422)
  })
  it('gives it also to a browser whose other cookies have changed, as by the first answer itself', async () => {
    const body = { email: 'cookies@example.com', password: goodPassword, name: 'C', organizationName: 'Cookies', tokenIn: 'cookie' }
    const once = (cookie: string) => user.ask('POST', '/api/users/register', { cookie, body, headers: { 'idempotency-key': 'k2' } })
    const first = await once('a=1')
    const given = first.headers.getSetCookie().map(set => set.split(';')[0]).join('; ')
    expect(first.status).toBe(201)
    for (const cookie of ['a=2', given]) expect(await once(cookie)).toMatchObject({ status: 201, body: first.body })
  })
  it.each([
    ['short', 'too short', 'invalid'], ['Password1234', 'common', 'password-too-common'], ['1234567890', 'a run', 'password-too-common'],
    ['aaaaaaaaaaaaa', 'one letter', 'password-too-common'],
    ['maximilian!', 'the name of the address', 'password-like-email'], ['Mia & Moritz', 'the own name and that of the organization', 'password-too-common'],
  ])('refuses the password %s: %s', async (password, _, code) => {
    const answer = await user.ask('POST', '/api/users/register', { body: { email: 'maximilian@example.com', password, name: 'Moritz', organizationName: 'Mia' } })
    expect([answer.status, codeOf(answer)]).toEqual([400, code])
    expect(answer.body).toMatchObject({ errors: [{ path: 'password' }] })
  })
  it('keeps no address in clear', async () => {
    const rows = JSON.stringify([await user.tables.logins.find({}), await user.tables.keys.find({}), user.dapr.published, [...user.dapr.values]])
    expect(rows).not.toMatch(/ann@example/i)
    for (const { organization, user: { id } } of [await user.login('ann@example.com')]) {
      const commits = [...await commitsOf(user.log, `-/person/${id}`), ...await commitsOf(user.log, `${organization.id}/organization/${organization.id}`)]
      expect(commits.length).toBe(2)
      // As a word: three letters may well stand in what is sealed.
      expect(JSON.stringify(commits)).not.toMatch(/ann@example|\bAnn\b|argon2/)
    }
  })
  it('writes no machine into what follows from a commit that still has one', async () => {
    const meta = { actor: 'old', at: user.clock.now(), correlationId: 'c', causationId: null, commandId: 'register old', ip: '203.0.113.9' }
    await user.deps.persons.handle(NO_TENANT, 'old', {
      type: 'Register', emailHash: 'h', email: 'sealed', profile: 'sealed', password: null,
      organization: { id: 'old-works', name: 'Old' }, at: meta.at,
    }, meta)
    await user.settled()
    expect((await commitsOf(user.log, 'old-works/organization/old-works')).map(commit => commit.ip)).toEqual(['203.0.113.0/24'])
  })
})

describe('signing in', () => {
  it('gives a token for the organization and says so to the world', async () => {
    const before = (await user.events('UserLoggedIn')).length
    const ann = await user.login('ann@example.com')
    const events = await user.events('UserLoggedIn')
    expect(events.length).toBe(before + 1)
    expect(events.at(-1)).toMatchObject({ organizationid: ann.organization.id, data: { userId: ann.user.id } })
  })
  it('answers the same for an unknown address and a wrong password', async () => {
    const answers = await Promise.all(['nobody@example.com', 'ann@example.com'].map(email =>
      user.ask('POST', '/api/users/login', { body: { email, password: 'not the password' }, ip: '10.9.9.9' })))
    const [a, b] = answers.map(({ status, body }) => ({ status, body: { ...(body as object), traceId: '' } }))
    expect(a).toEqual(b)
    expect(a).toMatchObject({ status: 401, body: { code: 'bad-credentials' } })
  })
  /** Somebody whose password was hashed at another cost; `stored` is its hash as it is now. */
  const ofOldCost = async (email: string) => {
    const { user: { id } } = await user.register(email)
    const password = await user.deps.vault.seal(id, await hash(goodPassword, { memoryCost: 128, timeCost: 1, parallelism: 1 }))
    const meta = { actor: id, at: user.clock.now(), correlationId: 'c', causationId: null, commandId: `old cost of ${id}` }
    await user.deps.persons.handle(NO_TENANT, id, { type: 'ChangePassword', password, by: 'rehash' }, meta)
    const stored = async () => {
      const { state } = await user.deps.persons.load(NO_TENANT, id)
      return 'password' in state && state.password ? await user.deps.vault.open(id, state.password) : undefined
    }
    expect(await stored()).toContain('m=128')
    return { id, stored }
  }
  it('hashes anew when the cost has changed, once, however many sign in as the same person at once', async () => {
    const { id, stored } = await ofOldCost('old@example.com')
    vi.spyOn(user.deps.passwords, 'hashIfFree').mockImplementation(user.deps.passwords.hash)
    await Promise.all(Array.from({ length: 5 }, () => user.login('old@example.com')))
    vi.restoreAllMocks()
    expect(await stored()).toContain('m=64')
    expect(await commitsOf(user.log, `-/person/${id}`)).toHaveLength(3)
    await user.login('old@example.com')
  })
  it('lets in who can be let in, though there is no room to hash anew or the hashing died: the next sign-in does it', async () => {
    const { stored } = await ofOldCost('later@example.com')
    const anew = vi.spyOn(user.deps.passwords, 'hashIfFree').mockResolvedValueOnce(undefined).mockRejectedValueOnce(new Refused('unavailable', 'dependency-unavailable'))
    for (let i = 0; i < 2; i++) await user.login('later@example.com')
    expect(await stored()).toContain('m=128')
    anew.mockRestore()
    await user.login('later@example.com')
    expect(await stored()).toContain('m=64')
  })
})

describe('a new password', () => {
  const changed = 'quiet river nine'
  const reset = async (email: string): Promise<void> => {
    await user.ask('POST', '/api/users/password/forgot', { body: { email } })
    await user.settled()
    const token = tokenOf(user.mails.findLast(m => m['template'] === 'password-reset'))
    expect((await user.ask('POST', '/api/users/password/reset', { body: { token, password: changed } })).status).toBe(204)
  }
  /** Runs `meanwhile` when the old password has been found right, and nothing has followed from that yet. */
  const onceRight = (meanwhile: () => Promise<void>) => {
    const { verify } = user.deps.passwords
    vi.spyOn(user.deps.passwords, 'verify').mockImplementationOnce(async (stored, password) => {
      const right = await verify(stored, password)
      await meanwhile()
      return right
    })
  }
  it('ends a sign-in with the old one that was under way', async () => {
    const { user: { id } } = await user.register('slow@example.com')
    onceRight(() => reset('slow@example.com'))
    const late = await user.ask('POST', '/api/users/login', { body: { email: 'slow@example.com', password: goodPassword } })
    expect([late.status, codeOf(late)]).toEqual([401, 'bad-credentials'])
    expect(await user.deps.sessions.living(id, user.clock.now())).toEqual([])
    expect((await user.login('slow@example.com', changed)).user.id).toBe(id)
  })
  it('is not written over by the old one, hashed anew or changed at that moment', async () => {
    const ann = await user.register('anew@example.com')
    vi.spyOn(user.deps.passwords, 'isOutdated').mockReturnValueOnce(true)
    onceRight(() => reset('anew@example.com'))
    expect((await user.ask('POST', '/api/users/login', { body: { email: 'anew@example.com', password: goodPassword } })).status).toBe(401)
    const again = await user.login('anew@example.com', changed)
    user.clock.advance(120_000)
    onceRight(() => reset('anew@example.com'))
    const thief = await user.ask('PUT', '/api/users/password', { token: again.accessToken, body: { current: changed, password: 'another river ten' } })
    expect([thief.status, codeOf(thief)]).toEqual([412, 'stale'])
    expect((await user.login('anew@example.com', changed)).user.id).toBe(ann.user.id)
  })
  it('leaves nobody in by an access token from before, in whatever organization', async () => {
    const thief = await user.register('stolen@example.com')
    await reset('stolen@example.com')
    const answer = await user.ask('POST', `/api/users/organizations/${thief.organization.id}/token`, { token: thief.accessToken })
    expect([answer.status, codeOf(answer)]).toEqual([401, 'session-ended'])
    expect(await user.deps.sessions.living(thief.user.id, user.clock.now())).toEqual([])
  })
  it('ends a session that began from one which was just being ended', async () => {
    const ann = await user.register('racing@example.com')
    const { find } = user.tables.sessions
    const look = vi.spyOn(user.tables.sessions, 'find').mockImplementationOnce(async where => {
      const rows = await find(where)
      expect((await user.ask('POST', `/api/users/organizations/${ann.organization.id}/token`, { token: ann.accessToken })).status).toBe(201)
      return rows
    })
    await user.deps.sessions.endAll({ userId: ann.user.id }, 'password', { actor: ann.user.id, at: user.clock.now(), correlationId: 'c', causationId: null, commandId: 'all' })
    look.mockRestore()
    expect(await user.deps.sessions.living(ann.user.id, user.clock.now())).toEqual([])
  })
})

describe('guessing', () => {
  it('is slowed down for strangers, and the owner still gets in from where he was before', async () => {
    await user.register('victim@example.com')
    const guess = (ip: string) => user.ask('POST', '/api/users/login', { body: { email: 'victim@example.com', password: 'a wrong guess' }, ip })
    const answers: number[] = []
    for (let i = 0; i < 12; i++) answers.push((await guess(`203.0.113.${i}`)).status)
    expect(answers.slice(0, 6)).toEqual([401, 401, 401, 401, 401, 401])
    expect(answers.slice(6)).toEqual([429, 429, 429, 429, 429, 429])
    expect((await guess('203.0.113.99')).headers.get('retry-after')).toBe('2')
    expect((await user.login('victim@example.com')).user.email).toBe('victim@example.com')
    const stranger = await user.ask('POST', '/api/users/login', { body: { email: 'victim@example.com', password: goodPassword }, ip: '198.51.100.7' })
    expect([stranger.status, codeOf(stranger)]).toEqual([429, 'too-many-attempts'])
    user.clock.advance(3_000)
    expect((await user.ask('POST', '/api/users/login', { body: { email: 'victim@example.com', password: goodPassword }, ip: '198.51.100.7' })).status).toBe(200)
  })
  it('does not lock out who has just set a new password by mail, wherever he is', async () => {
    await user.register('reset@example.com')
    const from = { ip: '198.51.100.9' }
    const attack = async (net: string) => {
      const body = { email: 'reset@example.com', password: 'a wrong guess' }
      for (let i = 0; i < 12; i++) await user.ask('POST', '/api/users/login', { body, ip: `${net}.${i}` })
    }
    await attack('203.0.113')
    await user.ask('POST', '/api/users/password/forgot', { body: { email: 'reset@example.com' }, ...from })
    await user.settled()
    const token = tokenOf(user.mails.findLast(m => m['template'] === 'password-reset'))
    expect((await user.ask('POST', '/api/users/password/reset', { body: { token, password: 'quiet river nine' }, ...from })).status).toBe(204)
    await attack('192.0.2')
    expect((await user.ask('POST', '/api/users/login', { body: { email: 'reset@example.com', password: 'quiet river nine' }, ...from })).status).toBe(200)
  })
  it('lets few of many guesses at once be looked at', async () => {
    await user.register('many@example.com')
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => user.ask('POST', '/api/users/login', {
      body: { email: 'many@example.com', password: `guess number ${i}` }, ip: `192.0.2.${i}`,
    })))
    expect(answers.filter(a => a.status === 401).length).toBe(6)
  })
  it('does not lock out a device that has signed in before, from wherever', async () => {
    const first = await user.ask('POST', '/api/users/login', { body: { email: 'many@example.com', password: goodPassword } })
    const cookie = (first.headers.getSetCookie().find(c => c.startsWith('cybertask-device')) ?? '').split(';')[0] ?? ''
    expect(cookie).not.toBe('')
    const travelling = { body: { email: 'many@example.com', password: goodPassword }, ip: '198.51.100.8' }
    expect((await user.ask('POST', '/api/users/login', travelling)).status).toBe(429)
    expect((await user.ask('POST', '/api/users/login', { ...travelling, cookie: `${cookie}x` })).status).toBe(429)
    expect((await user.ask('POST', '/api/users/login', { ...travelling, cookie })).status).toBe(200)
  })
})
