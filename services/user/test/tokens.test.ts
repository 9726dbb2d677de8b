import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Jwks } from '../../shared/contracts/user/resources.ts'
import { codeOf, issuer, userService, type UserService } from './service.ts'

let user: UserService
beforeAll(async () => { user = await userService() })
afterAll(() => user.stop())
const asks = async (token: string) => {
  const answer = await user.ask('GET', '/api/users/profile', { token })
  return [answer.status, codeOf(answer)]
}

describe('an access token', () => {
  const claims = { org: 'o1', role: 'owner', sid: 's1' }
  const now = () => Math.floor(Date.parse(user.clock.now()) / 1000)
  it('is refused when it is forged, unsigned, foreign, for somebody else, or over', async () => {
    const ann = await user.register('ann@example.com')
    const [head, body, signature = ''] = ann.accessToken.split('.')
    const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body ?? '', 'base64url').toString()), role: 'admin' })).toString('base64url')
    expect(await asks(`${head}.${forged}.${signature}`)).toEqual([401, 'token-invalid'])
    const unsigned = new UnsecuredJWT(claims).setIssuer(issuer).setAudience('cybertask').setSubject(ann.user.id).setExpirationTime('10m')
    expect(await asks(unsigned.encode())).toEqual([401, 'token-invalid'])
    const foreign = await generateKeyPair('EdDSA')
    const { kid } = await user.deps.signing.current()
    const sign = (typ: string, audience: string) => new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ, kid })
      .setIssuer(issuer).setAudience(audience).setSubject(ann.user.id)
      .setIssuedAt(now()).setExpirationTime(now() + 600)
    expect(await asks(await sign('at+jwt', 'cybertask').sign(foreign.privateKey))).toEqual([401, 'token-invalid'])
    const { key } = await user.deps.signing.current()
    expect(await asks(await sign('at+jwt', 'somebody-else').sign(key))).toEqual([401, 'token-invalid'])
    expect(await asks(await sign('JWT', 'cybertask').sign(key))).toEqual([401, 'token-invalid'])
    expect(await asks('')).toEqual([401, 'token-missing'])
    expect((await asks(ann.accessToken))[0]).toBe(200)
    user.clock.advance(700_000)
    expect(await asks(ann.accessToken)).toEqual([401, 'token-expired'])
  })
})

describe('the signing keys', () => {
  const published = async () => Jwks.parse((await user.ask('GET', '/.well-known/jwks.json')).body).keys.map(k => k.kid)
  it('turn over with overlap: published first, then signing, then gone', async () => {
    await user.register('bob@example.com')
    const [old] = await published()
    expect(await user.deps.signing.rotate(30)).toBe(false)
    user.clock.advance(31 * 86_400_000)
    expect(await user.deps.signing.rotate(30)).toBe(true)
    expect(await user.deps.signing.rotate(30)).toBe(false)
    const both = await published()
    expect(both.length).toBe(2)
    expect((await user.deps.signing.current()).kid).toBe(old)
    const before = await user.login('bob@example.com')
    user.clock.advance(3_601_000)
    expect((await user.deps.signing.current()).kid).not.toBe(old)
    expect(before.accessToken).not.toBe('')
    expect((await published()).length).toBe(2)
    user.clock.advance(3_600_000)
    expect(await published()).toEqual(both.filter(kid => kid !== old))
  })
  it('never leave the house in private', async () => {
    const jwks = await user.ask('GET', '/.well-known/jwks.json')
    expect(JSON.stringify(jwks.body)).not.toMatch(/"d"/)
    expect(JSON.stringify(await user.tables.signingKeys.find({}))).not.toMatch(/PRIVATE KEY/)
  })
})
