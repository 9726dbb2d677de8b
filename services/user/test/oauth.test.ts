import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, issuer, userService, type UserService } from './service.ts'

let [user, server]: [UserService?, Server?] = []
let at = ''
const accounts: Record<string, { email: string; email_verified: boolean; name: string }> = {
  ann: { email: 'ann@example.com', email_verified: true, name: 'Ann Other' }, bob: { email: 'bob@example.com', email_verified: false, name: 'Bob' }, cat: { email: 'cat@example.com', email_verified: true, name: 'Cat' },
}
const service = (): UserService => { if (!user) throw new Error('not started'); return user }

beforeAll(async () => {
  server = createServer((req, res) => { void handle(req, res) })
  await new Promise<void>(resolve => { server?.listen(0, '127.0.0.1', resolve) })
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(at, {
    clients: [{ client_id: 'cybertask', client_secret: 'a secret between the two', redirect_uris: [`${issuer}/api/users/oauth/house/callback`], token_endpoint_auth_method: 'client_secret_post' }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] }, conformIdTokenClaims: false, pkce: { required: () => true },
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
  user = await userService({ house: { issuer: at, clientId: 'cybertask', clientSecret: 'a secret between the two', scope: 'openid email profile' } })
})
afterAll(async () => {
  await user?.stop()
  server?.closeAllConnections()
  server?.close()
})
let handle: (req: Parameters<ReturnType<Provider['callback']>>[0], res: Parameters<ReturnType<Provider['callback']>>[1]) => Promise<unknown> = async () => undefined

type Jar = Map<string, string>
const cookies = (jar: Jar): string => [...jar].map(([k, v]) => `${k}=${v}`).join('; ')
const keep = (jar: Jar, headers: Headers): void => { for (const c of headers.getSetCookie()) { const [k = '', v = ''] = c.split(';')[0]?.split('=') ?? []; jar.set(k, v) } }
/** Walks through the provider's pages as this account, and answers where it sends the browser back to. */
const through = async (url: string, account: string): Promise<string> => {
  const jar: Jar = new Map()
  for (let next = url, i = 0; i < 12; i++) {
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie: cookies(jar), 'x-account': account } })
    keep(jar, answer.headers)
    const location = answer.headers.get('location')
    if (!location) throw new Error(`${answer.status} ${await answer.text()}`)
    if (location.startsWith(issuer)) return location.slice(issuer.length)
    next = new URL(location, at).href
  }
  throw new Error('round and round')
}
const begin = async (jar: Jar) => {
  const answer = await service().ask('GET', '/api/users/oauth/house')
  keep(jar, answer.headers)
  return answer
}
const signIn = async (account: string, change = (path: string) => path) => {
  const jar: Jar = new Map()
  const back = await through((await begin(jar)).headers.get('location') ?? '', account)
  const answer = await service().ask('GET', change(back), { cookie: cookies(jar) })
  keep(jar, answer.headers)
  return { answer, jar, back, location: answer.headers.get('location') }
}

describe('signing in by another provider', () => {
  it('asks with PKCE, state and nonce', async () => {
    const { status, headers } = await begin(new Map())
    const { searchParams } = new URL(headers.get('location') ?? '')
    expect([status, searchParams.get('code_challenge_method'), searchParams.has('state'), searchParams.has('nonce')]).toEqual([302, 'S256', true, true])
  })
  it('signs up whom it does not know, and knows him the next time', async () => {
    const first = await signIn('ann')
    expect([first.answer.status, first.location]).toEqual([302, `${issuer}/`])
    const session = await service().ask('POST', '/api/users/token/refresh', { body: {}, cookie: cookies(first.jar) })
    expect(session.body).toMatchObject({ user: { email: 'ann@example.com', name: 'Ann Other', role: 'owner' } })
    const again = await signIn('ann')
    const second = await service().ask('POST', '/api/users/token/refresh', { body: {}, cookie: cookies(again.jar) })
    expect((second.body as { user: { id: string } }).user.id).toBe((session.body as { user: { id: string } }).user.id)
    expect((await service().events('UserCreated')).length).toBe(1)
    expect((await service().events('UserLoggedIn')).length).toBe(2)
  })
  it('does not believe an address that the provider has not checked', async () => expect((await signIn('bob')).location).toBe(`${issuer}/login?problem=oauth-email-unverified`))
  it('does not link an account by its address alone', async () => {
    await service().register('cat@example.com')
    expect((await signIn('cat')).location).toBe(`${issuer}/login?problem=email-taken`)
  })
  it('refuses a changed state, a code that comes twice, and another browser', async () => {
    expect((await signIn('ann', path => path.replace(/state=[^&]+/, 'state=other'))).location).toBe(`${issuer}/login?problem=oauth-refused`)
    const { back, jar } = await signIn('ann')
    expect((await service().ask('GET', back, { cookie: cookies(jar) })).headers.get('location')).toBe(`${issuer}/login?problem=oauth-expired`)
    expect((await service().ask('GET', back)).headers.get('location')).toBe(`${issuer}/login?problem=oauth-expired`)
  })
  it('knows only the providers it is told of', async () => {
    for (const name of ['elsewhere', 'constructor']) expect(codeOf(await service().ask('GET', `/api/users/oauth/${name}`))).toBe('provider-unknown')
  })
})
