import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { SignedIn } from '../../shared/contracts/user/resources.ts'
import { commitsOf } from '../../shared/kit/events/test/log-of.ts'
import { browser, through, type Jar } from './browser.ts'
import { codeOf, issuer, userService, type UserService } from './service.ts'

let [user, server]: [UserService?, Server?] = []
let [at, away, silences] = ['', false, 0]
const secret = 'a secret between the two'
const client = { clientId: 'cybertask', clientSecret: secret, scope: 'openid email profile' }
const accounts: Record<string, { email: string; name: string; email_verified?: boolean; xms_edov?: string }> = {
  ann: { email: 'ann@example.com', email_verified: true, name: 'Ann Other' },
  bob: { email: 'bob@example.com', email_verified: false, name: 'Bob' },
  cat: { email: 'cat@example.com', email_verified: true, name: 'Cat' },
  // As Microsoft says it: a proven domain, and an address that anybody can have entered.
  dan: { email: 'dan@example.com', name: 'Dan', xms_edov: '1' },
  eve: { email: 'eve@example.com', name: 'Eve' },
}
const service = (): UserService => { if (!user) throw new Error('not started'); return user }

beforeAll(async () => {
  server = createServer((req, res) => {
    // The first time it keeps everybody waiting, later it hangs up.
    if (req.url?.startsWith('/silent/')) { if (silences++) req.destroy() }
    else if (away) res.writeHead(503).end()
    else void handle(req, res)
  })
  await new Promise<void>(resolve => { server?.listen(0, '127.0.0.1', resolve) })
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(at, {
    clients: [{
      client_id: 'cybertask', client_secret: secret, token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['house', 'microsoft'].map(name => `${issuer}/api/users/oauth/${name}/callback`),
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'xms_edov'], profile: ['name'] }, conformIdTokenClaims: false, pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` }, features: { devInteractions: { enabled: false } }, cookies: { keys: ['for tests'] },
  })
  const oidc = provider.callback()
  handle = async (req, res) => {
    if (!req.url?.startsWith('/interaction/')) return oidc(req, res)
    const { prompt } = await provider.interactionDetails(req, res)
    const accountId = (req.headers['x-account'] ?? 'ann').toString()
    const grant = new provider.Grant({ accountId, clientId: 'cybertask' })
    grant.addOIDCScope('openid email profile')
    const result = prompt.name === 'login' ? { login: { accountId } } : { consent: { grantId: await grant.save() } }
    await provider.interactionFinished(req, res, result)
  }
  user = await userService({ house: { type: 'openid', issuer: at, ...client }, microsoft: { type: 'microsoft', issuer: at, ...client } })
})
afterAll(async () => {
  await user?.stop()
  server?.closeAllConnections()
  server?.close()
})
let handle: (req: Parameters<ReturnType<Provider['callback']>>[0], res: Parameters<ReturnType<Provider['callback']>>[1]) => Promise<unknown> = async () => undefined

const { begin, comeBack, signIn, whoami } = browser(service, 'house')
const by = (name: string) => browser(service, name)
const problem = (code: string): string => `${issuer}/?problem=${code}`

describe('signing in by another provider', () => {
  it('asks with PKCE, state and nonce', async () => {
    const { status, headers } = await begin(new Map())
    const { searchParams } = new URL(headers.get('location') ?? '')
    expect([status, searchParams.get('code_challenge_method'), searchParams.has('state'), searchParams.has('nonce')]).toEqual([302, 'S256', true, true])
  })
  it('signs up whom it does not know, and knows him the next time', async () => {
    const first = await signIn('ann')
    expect(first.location).toBe(`${issuer}/`)
    const somebody = await whoami(first.jar)
    expect(somebody).toMatchObject({ user: { email: 'ann@example.com', name: 'Ann Other', role: 'owner' } })
    expect(await whoami((await signIn('ann')).jar)).toMatchObject({ user: { id: (somebody as { user: { id: string } }).user.id } })
    expect((await service().events('UserCreated')).length).toBe(1)
    expect((await service().events('UserLoggedIn')).length).toBe(2)
  })
  it('writes the name of a newcomer nowhere in clear, nor does his organization bear it', async () => {
    const { user: { id }, organization } = SignedIn.parse(await whoami((await signIn('ann')).jar))
    await service().settled()
    const streams = [`-/person/${id}`, `${organization.id}/organization/${organization.id}`, `${organization.id}/member/${id}`]
    const commits = (await Promise.all(streams.map(stream => commitsOf(service().log, stream)))).flat()
    expect([organization.name, new Set(commits.map(({ stream }) => stream)).size]).toEqual(['My organization', 3])
    expect(JSON.stringify([commits, service().dapr.published])).not.toMatch(/Ann Other|ann@example/i)
  })
  it('has no password to close the account by, and is told how he gets one', async () => {
    const { accessToken } = SignedIn.parse(await whoami((await signIn('ann')).jar))
    const confirmed = [['DELETE', '/api/users/account', { password: 'any' }], ['PUT', '/api/users/password', { current: 'any', password: 'plum tarragon seven' }]] as const
    for (const [method, path, body] of confirmed) for (let i = 0; i < 12; i++) {
      const answer = await service().ask(method, path, { token: accessToken, body })
      expect([answer.status, codeOf(answer)]).toEqual([409, 'no-password'])
    }
  })
  it('goes its way in each of two tabs', async () => {
    const jar: Jar = new Map()
    const begun = new Map<string, string>()
    // One in sixteen takes the place of another.
    for (let i = 0; i < 50 && begun.size < 2; i++) {
      const { headers } = await begin(jar)
      begun.set(headers.getSetCookie()[0]?.split('=')[0] ?? '', headers.get('location') ?? '')
    }
    const [first = '', second = ''] = await Promise.all([...begun.values()].map(url => through(url, 'ann')))
    expect([await comeBack(second, jar), await comeBack(first, jar), await comeBack(first, jar)]).toEqual([`${issuer}/`, `${issuer}/`, problem('oauth-expired')])
  })
  it('leaves the way of one tab open to it when another comes back with what nobody sent', async () => {
    const jar: Jar = new Map()
    const back = await through((await begin(jar)).headers.get('location') ?? '', 'ann')
    for (let i = 0; i < 64; i++) expect(await comeBack(back.replace(/state=[^&]+/, `state=other-${i}`), jar)).toBe(problem('oauth-expired'))
    expect(await comeBack(back, jar)).toBe(`${issuer}/`)
  })
  it('does not believe an address that the provider has not checked', async () => {
    for (const account of ['bob', 'dan', 'eve']) expect((await signIn(account)).location).toBe(problem('oauth-email-unverified'))
  })
  it('believes an address of a domain that Microsoft has proven to be the directory’s', async () => {
    expect((await by('microsoft').signIn('eve')).location).toBe(problem('oauth-email-unverified'))
    expect(await whoami((await by('microsoft').signIn('dan')).jar)).toMatchObject({ user: { email: 'dan@example.com' } })
  })
  it('does not link an account by its address alone', async () => {
    await service().register('cat@example.com')
    expect((await signIn('cat')).location).toBe(problem('email-taken'))
  })
  it('refuses a changed state, a code of another flow, a way back without a code, a code that comes twice, and another browser', async () => {
    const codeOf = (path: string): string => /code=[^&]+/.exec(path)?.[0] ?? ''
    expect((await signIn('ann', path => path.replace(/state=[^&]+/, 'state=other'))).location).toBe(problem('oauth-expired'))
    const { back: stolen, location } = await signIn('ann', path => path.replace(/code=[^&]+&/, ''))
    expect(location).toBe(problem('oauth-refused'))
    expect((await signIn('cat', path => path.replace(codeOf(path), codeOf(stolen)))).location).toBe(problem('oauth-refused'))
    const { back, jar } = await signIn('ann')
    expect([await comeBack(back, jar), await comeBack(back, new Map())]).toEqual([problem('oauth-expired'), problem('oauth-expired')])
  })
  it('does not take one provider’s way back for another’s', async () => {
    expect((await signIn('dan', path => path.replace('/house/', '/microsoft/'))).location).toBe(problem('oauth-expired'))
  })
  it('says so when the provider is away, and signs in again once it is back', async () => {
    const jar: Jar = new Map()
    const back = await through((await begin(jar)).headers.get('location') ?? '', 'ann')
    away = true
    expect(await comeBack(back, new Map(jar))).toBe(problem('provider-unavailable'))
    away = false
    expect(await comeBack(back, jar)).toBe(`${issuer}/`)
  })
  it('does not wait long for a provider that says nothing, and leaves it alone when that goes on', async () => {
    const impatient = await userService({ silent: { type: 'openid', issuer: `${at}/silent`, ...client } }, 0.5)
    onTestFinished(() => impatient.stop())
    const ask = async () => (await browser(() => impatient, 'silent').begin(new Map())).headers.get('location')
    const began = performance.now()
    for (let i = 0; i < 5; i++) expect(await ask()).toBe(problem('provider-unavailable'))
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(impatient.deps.providers.breakers.map(({ name, state }) => [name, state()])).toEqual([['oauth-silent', 'open']])
    const asked = async () => {
      const before = silences
      return [await ask(), silences - before]
    }
    // How long it is left alone at first is a random time, and may be over at once; after each trial it is longer.
    await expect.poll(asked).toEqual([problem('provider-unavailable'), 0])
  })
  it('knows only the providers it is told of', async () => {
    for (const name of ['elsewhere', 'constructor']) expect(codeOf(await service().ask('GET', `/api/users/oauth/${name}`))).toBe('provider-unknown')
  })
})
