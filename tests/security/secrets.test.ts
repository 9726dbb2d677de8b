import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { readSecrets } from '../../deploy/local/secrets.ts'
import { appIds } from '../../services/shared/contracts/define.ts'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import { call, send, type Answered } from '../support/call.ts'
import { mailTo, tokenIn } from '../support/mails.ts'
import { founder } from '../support/people.ts'
import { openSocket } from '../support/socket.ts'
import { logPieces, search } from './support/stores.ts'

const tag = randomUUID().slice(0, 8)
const Tokens = z.record(z.string(), z.object({ dapr: z.string(), app: z.string() }))
/** What is in an address of a store, without the address itself, which is no secret. */
const withoutAddresses = (secrets: Readonly<Record<string, string>>): string[] => Object.entries(secrets)
  .flatMap(([name, value]) => (name.endsWith('-uri') || name.endsWith('-url')
    ? [...value.matchAll(/:([^:@/]{8,})@/g)].map(([, password = '']) => password)
    : [value]))

describe('secrets of the platform and of people', () => {
  /** Secrets by what they are. */
  const canaries = new Map<string, string>()
  const refusals: Answered[] = []
  const keep = (what: string, value: string): string => { canaries.set(what, value); return value }

  beforeAll(async () => {
    for (const [i, value] of withoutAddresses(readSecrets(inject('home'))).entries()) keep(`secret ${i} of the store`, value)
    const tokens = Tokens.parse(JSON.parse(readFileSync(join(inject('home'), 'tokens.json'), 'utf8')))
    for (const [app, { dapr, app: own }] of Object.entries(tokens)) {
      keep(`the sidecar token of ${app}`, dapr)
      keep(`the app token of ${app}`, own)
    }

    const person = await founder('Cassie Canary')
    keep('a password', person.password)
    keep('an access token', person.token)
    keep('the signature of an access token', person.token.split('.')[2] ?? '')
    const next = await call(userApi.refresh, { body: { refreshToken: keep('a refresh token', person.refreshToken) } })
    keep('the next refresh token', next.refreshToken ?? '')
    const token = keep('the next access token', next.accessToken)
    const cookie = (await send('POST', '/api/users/login', { body: { email: person.email, password: person.password, tokenIn: 'cookie' } })).headers.get('set-cookie') ?? ''
    keep('a refresh token in a cookie', /=([\w.~-]{20,});/.exec(cookie)?.[1] ?? cookie)
    const { ticket } = await call(userApi.wsTicket, { token })
    const socket = await openSocket(keep('a ticket', ticket))
    socket.cut()
    const guest = `canary.guest.${tag}@example.org`
    await call(userApi.invite, { token, body: { email: keep('the address of an invited person', guest), role: 'guest' } })
    const invitation = keep('an invitation token', tokenIn(await mailTo(guest)))
    await call(userApi.forgotPassword, { body: { email: keep('a mail address', person.email) } })
    const reset = keep('a reset token', tokenIn(await mailTo(person.email, /password/)))

    // The same secrets where they are wrong, in the wrong place, or in a request that fails.
    const wrong = (what: string) => keep(`a wrong ${what}`, `wrong-${what}-canary-${tag}-${randomUUID()}`)
    const tries: [string, string, { body?: unknown; token?: string; headers?: Record<string, string> }][] = [
      ['POST', '/api/users/login', { body: { email: person.email, password: wrong('password') } }],
      ['POST', '/api/users/login', { body: { email: { $ne: 1 }, password: person.password } }],
      ['POST', '/api/users/login', { body: `{"email":"${person.email}","password":"${person.password}"` }],
      ['POST', '/api/users/login', { body: { email: person.email, password: person.password, extra: reset } }],
      ['POST', '/api/users/register', { body: { email: 'no address', password: person.password, name: 'x', organizationName: 'x' } }],
      ['POST', '/api/users/register', { body: { email: person.email, password: wrong('new'), name: 'x', organizationName: 'x' } }],
      ['POST', '/api/users/register', { body: { email: person.email, password: person.password, name: 'x', invitationToken: invitation } }],
      ['POST', '/api/users/token/refresh', { body: { refreshToken: wrong('refresh') } }],
      ['POST', '/api/users/token/refresh', { body: { refreshToken: [person.refreshToken] } }],
      ['POST', '/api/users/password/reset', { body: { token: wrong('reset'), password: wrong('reset-password') } }],
      ['POST', '/api/users/password/reset', { body: { token: reset, password: 'short' } }],
      ['PUT', '/api/users/password', { token, body: { current: wrong('current'), password: wrong('replacement') } }],
      ['DELETE', '/api/users/account', { token, body: { password: wrong('closing') } }],
      ['POST', '/api/users/invitations/accept', { token, body: { token: invitation } }],
      ['POST', '/api/users/invitations/accept', { token, body: { token: wrong('invitation') } }],
      ['GET', `/api/tasks?token=${token}`, { token }],
      ['GET', `/api/tasks?cursor=${wrong('cursor')}`, { token }],
      ['GET', `/api/nothing/${reset}?password=${encodeURIComponent(person.password)}`, {}],
      ['GET', `/nowhere?token=${reset}`, {}],
      ['GET', `/api/users/oauth/none/callback?code=${wrong('code')}&state=${wrong('state')}`, {}],
      ['GET', '/api/tasks', { token: `${token}x` }],
      ['GET', '/api/tasks', { headers: { authorization: `Basic ${wrong('basic')}` } }],
      ['GET', '/api/tasks', { headers: { cookie: `x=${wrong('cookie')}`, 'x-api-key': wrong('header') } }],
      ['POST', '/api/tasks', { token, body: { title: { secret: person.password }, projectId: token } }],
    ]
    for (const [method, path, input] of tries) refusals.push(await send(method, path, input))
    await expect(openSocket(wrong('ticket'))).rejects.toThrow()
    // A token that was traded long ago ends the session it was stolen from, which is logged.
    keep('the last refresh token', (await call(userApi.refresh, { body: { refreshToken: next.refreshToken } })).refreshToken ?? '')
    refusals.push(await send('POST', '/api/users/token/refresh', { body: { refreshToken: person.refreshToken } }))
    expect(refusals.filter(({ status }) => status < 300)).toEqual([])
  })

  const found = (where: string, text: string) => [...canaries]
    .filter(([, value]) => value.length > 7 && search([{ where, text }], [value]).length > 0)
    .map(([what]) => `${what} in ${where}`)

  it('are many, and each is something', () => {
    expect(canaries.size).toBeGreaterThan(40)
    for (const [what, value] of canaries) expect(value.length, what).toBeGreaterThan(7)
  })

  it('stand in no log', () => {
    const pieces = logPieces()
    expect(pieces.length).toBeGreaterThan(100)
    expect([...canaries].flatMap(([what, value]) => search(pieces, [value]).slice(0, 1).map(hit => `${what}: ${hit.slice(value.length, 300)}`))).toEqual([])
  })

  it('stand in no refusal', () => {
    const told = refusals.flatMap(({ status, text, headers }, i) => found(`refusal ${i} (${status})`, `${text} ${JSON.stringify([...headers])}`))
    expect(told).toEqual([])
  })

  it('stand in no figure, no status and no document', async () => {
    const pages = await Promise.all([
      ...appIds.flatMap(app => ['/metrics', '/health/dependencies', '/openapi.json'].map(path => ({
        url: `${inject('services')[app]}${path}`, headers: { 'dapr-api-token': inject('tokens')[app]?.app ?? '' },
      }))),
      ...['/status', '/docs', '/openapi.json', '/asyncapi.json'].map(path => ({ url: `${inject('gateway')}${path}`, headers: {} })),
    ].map(async ({ url, headers }) => ({ url, text: await (await fetch(url, { headers })).text() })))
    expect(pages.every(({ text }) => text.length > 10)).toBe(true)
    expect(pages.flatMap(({ url, text }) => found(url, text))).toEqual([])
  })

  it('stand on no command line', () => {
    const lines = readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap(pid => {
      try { return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] } catch { return [] }
    })
    expect(lines.filter(line => line.includes('daprd')).length).toBeGreaterThan(5)
    expect(lines.flatMap(line => found(line.slice(0, 60), line))).toEqual([])
  })
})
