import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pages } from '../../shared/contracts/gateway/pages.ts'
import { invitationPage } from '../pages/invitation-page.ts'
import { resetPasswordPage } from '../pages/reset-password-page.ts'
import { browse, type Asked, type Browser, type Reply } from './fake-browser.ts'
import { startGateway, type Harness } from './harness.ts'

let gateway: Harness
beforeAll(async () => { gateway = await startGateway() })
afterAll(() => gateway.stop())

describe('every page that mails may link to', () => {
  it.each(Object.values(pages))('is there: %s', async path => {
    const page = await fetch(gateway.url + path, { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const [html, policy = ''] = [await page.text(), page.headers.get('content-security-policy') ?? undefined]
    // The policy lets in what stands in the page, and nothing else.
    for (const [tag, text = ''] of [...html.matchAll(/<style>([^<]*)<\/style>/g), ...html.matchAll(/<script>([^]*?)<\/script>/g)]) {
      const hash = createHash('sha256').update(text).digest('base64')
      expect(policy, tag.slice(0, 40)).toContain(`'sha256-${hash}'`)
    }
    expect(policy).toContain("default-src 'none'")
    expect(html).not.toMatch(/<link| src=| style="| on\w+="/)
  })
})

describe('the first page', () => {
  const said = async (query: string): Promise<string | undefined> => /<p class="bad"[^>]*>(.*)<\/p>/.exec(await (await fetch(`${gateway.url}/${query}`)).text())?.[1]
  it('says in words why a sign-in by another provider came to nothing, and what has no words by its code', async () => {
    expect(await said('?problem=oauth-email-unverified')).toBe('You are not signed in: the other provider has not checked your e-mail address.')
    expect(await said('?problem=constructor')).toBe('You are not signed in: constructor')
  })
  it.each([
    '', '?problem=', '?problem=<script>alert(1)</script>', '?problem=Call%20us%20at%20555', '?problem=a&problem=b',
  ])('says nothing of it, nor what a link wants it to say: %s', async query => expect(await said(query)).toBeUndefined())
})

const resetting = (answers: (asked: Asked) => Reply, hash = '#token=the%2Ftoken'): Browser => browse(resetPasswordPage, answers, hash)
const invited = (answers: (asked: Asked) => Reply): Browser => browse(invitationPage, answers, '#token=the%2Ftoken')
const session = { user: { name: 'Ann' }, organization: { name: 'Apollo', role: 'guest' }, accessToken: 'access', refreshToken: 'refresh' }
const password = 'a long enough one'

describe('the page for a new password', () => {
  it('sends it with the token of the link, and says what now', async () => {
    const page = resetting(() => ({ status: 204 }))
    expect(await page.send('reset', { password })).toEqual({ done: 'Your new password is set, and all your sessions have ended.', alert: '', hidden: true, next: true })
    expect(page.asked).toEqual([{ path: 'api/users/password/reset', body: { token: 'the/token', password }, key: expect.stringMatching(/^[\da-f]{32}$/) }])
  })
  it('is done once, however often the same is sent because no answer came, and anew for what was filled in anew', async () => {
    const page = resetting(() => ({ status: 503 }))
    for (const filled of [password, password, `${password} more`, password]) await page.send('reset', { password: filled })
    const [first, again, other, back] = page.asked.map(({ key }) => key)
    expect([again, other, back]).toEqual([first, expect.not.stringContaining(first ?? ''), first])
  })
  it('asks anew what was refused once it is over, and the same again where nothing is decided', async () => {
    const inProgress = { status: 409, body: { code: 'request-in-progress', detail: 'The first request with this key is still under way.' } }
    const replies: (Reply | undefined)[] = [undefined, inProgress, { status: 403, body: { code: 'x', detail: 'Not now.' } }, { status: 204 }]
    const page = resetting(() => { const reply = replies.shift(); if (!reply) throw new TypeError('fetch failed'); return reply })
    const said: (string | undefined)[] = []
    for (let i = 0; i < 4; i++) said.push((await page.send('reset', { password })).alert)
    const [lost, underWay, refused, anew] = page.asked.map(({ key }) => key)
    expect([underWay, refused, anew]).toEqual([lost, lost, expect.not.stringContaining(lost ?? '')])
    expect(said).toEqual([expect.stringContaining('cannot be reached'), expect.stringMatching(/under way. Try again in a moment/), 'Not now.', ''])
  })
  it('shows what the API says, at its field, and can be sent again', async () => {
    const page = resetting(() => ({ status: 400, body: { detail: 'password: is too short', errors: [{ path: 'password', message: 'is too short' }] } }))
    expect(await page.send('reset', { password: 'x' })).toEqual({ done: '', alert: expect.stringContaining('what is marked'), hidden: false, next: false })
    expect([page.textOf('reset-password-error'), page.sendable('reset')]).toEqual(['is too short', true])
  })
  it('says so when the server is away, and when the link is not whole', async () => {
    const page = resetting(() => { throw new TypeError('fetch failed') })
    expect((await page.send('reset', { password })).alert).toContain('cannot be reached')
    const cut = resetting(() => ({ status: 204 }), '')
    expect([cut.textOf('done'), cut.formHidden('reset')]).toEqual([expect.stringContaining('not complete'), true])
  })
})

describe('the page of an invitation', () => {
  it('signs up, and leaves no session behind', async () => {
    const page = invited(({ path }) => (path.endsWith('register') ? { status: 201, body: session } : { status: 204 }))
    expect((await page.send('join', { name: 'Ann', email: 'ann@example.org', password })).done).toBe('Welcome, Ann: your account in Apollo is ready.')
    expect(page.asked.map(({ path, body }) => [path, body])).toEqual([
      ['api/users/register', { name: 'Ann', email: 'ann@example.org', password, invitationToken: 'the/token' }], ['api/users/logout', { refreshToken: 'refresh' }],
    ])
  })
  const signIn = ['api/users/login', { email: 'ann@example.org', password, invitationToken: 'the/token' }]
  it('lets in who has an account, by one request that signs in and accepts, and leaves no session behind', async () => {
    const page = invited(({ path }) => (path.endsWith('login') ? { status: 200, body: session } : { status: 204 }))
    expect(await page.send('accept', { email: 'ann@example.org', password })).toMatchObject({ done: 'You are now in Apollo, as guest.', alert: '' })
    expect(page.asked.map(({ path, body }) => [path, body])).toEqual([signIn, ['api/users/logout', { refreshToken: 'refresh' }]])
  })
  it('says why somebody with an account is refused', async () => {
    const page = invited(() => ({ status: 409, body: { detail: 'This invitation has been used.' } }))
    expect(await page.send('accept', { email: 'ann@example.org', password })).toMatchObject({ done: '', alert: 'This invitation has been used.' })
    expect(page.asked.map(({ path, body }) => [path, body])).toEqual([signIn])
  })
})

it.each([resetPasswordPage, invitationPage])('each field of “$title” has a label, and a place for what is wrong with it', ({ body }) => {
  const inputs = [...body.matchAll(/<input id="([^"]+)"[^>]* aria-describedby="([^"]*)"/g)]
  expect(inputs.length).toBeGreaterThan(0)
  for (const [, id = '', described = ''] of inputs) for (const part of [`<label for="${id}">`, ...described.split(' ').map(other => `id="${other}"`)]) expect(body).toContain(part)
  expect(new Set(inputs.map(([, id]) => id)).size).toBe(inputs.length)
})
