import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browser, through, type Jar } from './browser.ts'
import { githubServer } from './github-server.ts'
import { issuer, userService, type UserService } from './service.ts'

const app = { clientId: 'Iv1.cybertask', clientSecret: 'a secret between the two', callback: `${issuer}/api/users/oauth/github/callback` }
const user = (id: number, login: string, verified: boolean, name: string | null = null) =>
  ({ id, login, name, emails: [{ email: `${login}@old.example.com`, primary: false, verified: true }, { email: `${login}@example.com`, primary: true, verified }] })
const accounts = { ada: user(1, 'ada', true, 'Ada Other'), eve: user(2, 'eve', false), fay: user(3, 'fay', true) }
let [service, github]: [UserService?, Awaited<ReturnType<typeof githubServer>>?] = []
const running = (): UserService => { if (!service) throw new Error('not started'); return service }
const { begin, comeBack, signIn, whoami } = browser(running, 'github')

beforeAll(async () => {
  github = await githubServer(app, accounts)
  service = await userService({ github: { type: 'github', issuer: github.url, clientId: app.clientId, clientSecret: app.clientSecret, scope: 'read:user user:email' } })
})
afterAll(async () => {
  await service?.stop()
  github?.stop()
})

describe('signing in by GitHub', () => {
  it('asks with PKCE and state, for no more than profile and addresses', async () => {
    const { status, headers } = await begin(new Map())
    const { searchParams } = new URL(headers.get('location') ?? '')
    const asked = ['code_challenge_method', 'scope', 'redirect_uri'].map(name => searchParams.get(name))
    expect([status, searchParams.has('state'), ...asked]).toEqual([302, true, 'S256', 'read:user user:email', app.callback])
  })
  it('signs up whom it does not know by his verified primary address, and knows him by his number the next time', async () => {
    const first = await signIn('ada')
    expect(first.location).toBe(`${issuer}/`)
    expect(await whoami(first.jar)).toMatchObject({ user: { email: 'ada@example.com', name: 'Ada Other', role: 'owner' } })
    accounts.ada = { ...user(1, 'ada', false), login: 'lovelace' }
    expect(await whoami((await signIn('ada')).jar)).toMatchObject({ user: { email: 'ada@example.com', name: 'Ada Other' } })
    expect((await running().events('UserCreated')).length).toBe(1)
  })
  it('takes the login for a name where there is none', async () => expect(await whoami((await signIn('fay')).jar)).toMatchObject({ user: { name: 'fay' } }))
  it('believes no primary address that GitHub has not verified, also when another one is', async () =>
    expect((await signIn('eve')).location).toBe(`${issuer}/?problem=oauth-email-unverified`))
  it('refuses who said no, a changed state, a code of another flow, and a code that comes twice', async () => {
    const refused = `${issuer}/?problem=oauth-refused`
    expect((await signIn('nobody')).location).toBe(refused)
    expect((await signIn('fay', path => path.replace(/state=[^&]+/, 'state=other'))).location).toBe(`${issuer}/?problem=oauth-expired`)
    const codeOf = (path: string): string => /code=[^&]+/.exec(path)?.[0] ?? ''
    const { back: stolen } = await signIn('fay', () => '/api/users/oauth/github/callback')
    expect((await signIn('ada', path => path.replace(codeOf(path), codeOf(stolen)))).location).toBe(refused)
    const jar: Jar = new Map()
    const back = await through((await begin(jar)).headers.get('location') ?? '', 'fay')
    const [first, again] = [await comeBack(back, new Map(jar)), await comeBack(back, new Map(jar))]
    expect([first, again]).toEqual([`${issuer}/`, refused])
  })
})
