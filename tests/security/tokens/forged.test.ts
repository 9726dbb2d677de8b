import { createPublicKey } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { send } from '../../support/call.ts'
import { founder, type Person } from '../../support/people.ts'
import { claimsOf, maced, sign, stolenKey, strangersKey, unsigned, type Header } from './forge.ts'

// One operation of each kind of process: the user service, which knows its own keys, a service that asks for them, and the gateway itself.
const doors = ['/api/users/profile', '/api/tasks', '/api/operations/dead-letters']
const all = async (token: string): Promise<string[]> => Promise.all(doors.map(async path => {
  const { status, json } = await send('GET', path, { token })
  return status === 200 ? 'let in' : `${status} ${String(Object(json).code)}`
}))

describe('an access token', () => {
  let person: Person
  let own: Awaited<ReturnType<typeof stolenKey>>
  let stranger: Awaited<ReturnType<typeof strangersKey>>
  let claims: ReturnType<typeof claimsOf>
  let header: Header
  const now = Math.floor(Date.now() / 1000)
  const refused = async (token: string, code = 'token-invalid'): Promise<void> => { expect(await all(token)).toEqual(doors.map(() => `401 ${code}`)) }

  beforeAll(async () => {
    person = await founder('Tom Token')
    ;[own, stranger] = await Promise.all([stolenKey(), strangersKey()])
    claims = claimsOf(person.token)
    header = { alg: 'EdDSA', typ: 'at+jwt', kid: own.kid }
  })

  it('as it was given opens every door, and so does one just like it', async () => {
    expect(await all(person.token)).toEqual(doors.map(() => 'let in'))
    expect(await all(await sign(claims, header, own.key))).toEqual(doors.map(() => 'let in'))
  })
  it.each(['none', 'None', 'NONE', 'nOnE', ''])('without a signature is refused: alg %j', async alg => { await refused(unsigned(claims, { ...header, alg })) })
  it('whose signature was cut off or changed is refused', async () => {
    const [head = '', body = '', signature = ''] = person.token.split('.')
    await refused(`${head}.${body}.`)
    await refused(`${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`)
    const org = person.organizationId.replace(/.$/, last => (last === '0' ? '1' : '0'))
    const changed = Buffer.from(JSON.stringify({ ...claims, role: 'owner', org })).toString('base64url')
    await refused(`${head}.${changed}.${signature}`)
  })
  it.each(['HS256', 'HS384', 'HS512'])('signed with the public key as a secret is refused: %s', async alg => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: own.x }
    const published = createPublicKey({ key: jwk, format: 'jwk' })
    const spellings = [
      own.x, Buffer.from(own.x, 'base64url'), JSON.stringify(jwk),
      published.export({ type: 'spki', format: 'pem' }), published.export({ type: 'spki', format: 'der' }),
    ]
    for (const secret of spellings) await refused(maced(claims, { ...header, alg }, secret))
  })
  it('of a stranger’s key is refused, however its header points there', async () => {
    const place = 'http://127.0.0.1:9/jwks.json'
    const headers: Header[] = [
      header,
      { ...header, jwk: stranger.jwk },
      { ...header, jku: place },
      { ...header, x5u: place },
      { ...header, x5c: ['MIIB'] },
      { ...header, kid: place, jku: place },
      { ...header, crit: ['jwk'], jwk: stranger.jwk },
    ]
    for (const tried of headers) await refused(await sign(claims, tried, stranger.key).catch(() => unsigned(claims, tried)))
  })
  it.each([
    '', '../../../../dev/null', '/dev/null', 'file:///dev/null', 'http://127.0.0.1:9/key',
    "' OR 1=1 --", '{"$ne":null}', '__proto__', 'constructor', 'k'.repeat(2_500),
  ])('with a kid of %j is refused', async kid => {
    await refused(await sign(claims, { ...header, kid }, stranger.key))
    await refused(await sign(claims, { ...header, kid }, own.key))
    await refused(maced(claims, { ...header, alg: 'HS256', kid }, ''))
  })
  it('without a kid is refused', async () => { await refused(await sign(claims, { alg: 'EdDSA', typ: 'at+jwt' }, own.key)) })
  it('longer than any of ours is refused', async () => { await refused(await sign({ ...claims, more: 'x'.repeat(5_000) }, header, own.key)) })

  // From here on the signature is the platform's own.
  it.each<[string, object]>([
    ['a foreign issuer', { iss: 'https://elsewhere.example' }], ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'another' }], ['no audience', { aud: undefined }],
    ['a time when it is not valid yet', { nbf: now + 3_600 }], ['no end', { exp: undefined }],
    ['nobody', { sub: undefined }], ['no session', { sid: undefined }], ['no organization', { org: undefined }],
    ['a role that there is not', { role: 'root' }], ['an operator for an id', { sub: { $ne: null } }],
  ])('that names %s is refused', async (_, wrong) => { await refused(await sign({ ...claims, ...wrong }, header, own.key)) })
  it('that is over is refused', async () => { await refused(await sign({ ...claims, iat: now - 1_300, exp: now - 61 }, header, own.key), 'token-expired') })
  it.each([undefined, 'JWT', 'rt+jwt', 'id+jwt'])('of type %s is refused', async typ => {
    await refused(await sign(claims, { alg: 'EdDSA', kid: own.kid, ...(typ !== undefined && { typ }) }, own.key))
  })
  it('is not taken from anywhere but the header', async () => {
    const elsewhere = { query: { access_token: person.token }, headers: { cookie: `access_token=${person.token}; token=${person.token}` } }
    for (const path of doors) expect((await send('GET', path, elsewhere)).status).toBeGreaterThanOrEqual(400)
  })
  it('a refresh token is none', async () => { await refused(person.refreshToken) })
})
