import { createHmac } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { testClock } from '../../clock.ts'
import { DaprError } from '../../dapr/dapr-error.ts'
import { tokenVerifier } from './auth.ts'

const issuer = 'http://localhost:3000'
const actor = { userId: 'u1', organizationId: 'o1', role: 'admin', sessionId: 's1' } as const
let first: Awaited<ReturnType<typeof generateKeyPair>>
let second: typeof first
let foreign: typeof first
beforeAll(async () => { [first, second, foreign] = [await generateKeyPair('EdDSA'), await generateKeyPair('EdDSA'), await generateKeyPair('EdDSA')] })

type TokenHeader = { key?: CryptoKey; kid?: string; typ?: string; [name: string]: unknown }
const setup = () => {
  const clock = testClock()
  const seconds = () => clock.epochMs() / 1000
  const published = new Map<string, CryptoKey>([['k1', first.publicKey]])
  const state = { fetches: 0, down: false, tokenStatus: 'valid' as 'valid' | 'ended' | 'outdated' }
  const verify = tokenVerifier({
    issuer, clock, tokenStatus: () => state.tokenStatus,
    keys: async () => {
      state.fetches++
      if (state.down) throw new DaprError('unreachable', 'down')
      return { keys: await Promise.all([...published].map(async ([kid, key]) => ({ ...(await exportJWK(key)), kid }))) }
    },
  })
  const token = (claims: JWTPayload = {}, { key = first.privateKey, kid = 'k1', typ = 'at+jwt', ...header }: TokenHeader = {}, without?: string) => {
    const usual = { iss: issuer, aud: 'cybertask', sub: 'u1', org: 'o1', role: 'admin', sid: 's1', exp: seconds() + 600 }
    const payload = Object.fromEntries(Object.entries({ ...usual, ...claims }).filter(([name]) => name !== without))
    return new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', kid, typ, ...header }).sign(key)
  }
  return { clock, seconds, published, state, verify, token }
}
const refused = (code: string) => expect.objectContaining({ kind: 'unauthenticated', code })

describe('an access token', () => {
  it('says who it is', async () => {
    const { verify, token } = setup()
    expect(await verify(await token())).toEqual(actor)
  })
  it('is needed', async () => {
    await expect(setup().verify(undefined)).rejects.toEqual(refused('token-missing'))
  })
  it('holds until it expires, with a minute of leeway, also when it is remembered', async () => {
    const { verify, token, clock } = setup()
    const given = await token()
    await verify(given)
    clock.advance(630_000)
    expect(await verify(given)).toEqual(actor)
    clock.advance(31_000)
    await expect(verify(given)).rejects.toEqual(refused('token-expired'))
  })
  it.each<[string, JWTPayload, TokenHeader, string?]>([
    ['of another issuer', { iss: 'http://evil' }, {}], ['for another audience', { aud: 'other' }, {}],
    ['of another type', {}, { typ: 'JWT' }], ['that is not valid yet', { nbf: 4e9 }, {}],
    ['without expiry', {}, {}, 'exp'], ['without a person', {}, {}, 'sub'], ['with a made-up role', { role: 'root' }, {}], ['without a session', {}, {}, 'sid'],
    ['whose key id is unknown', {}, { kid: 'k9' }], ['that claims to be signed elsewhere', {}, { jku: 'http://evil/jwks', kid: 'k9' }],
  ])('%s is refused', async (_, claims, header, without) => {
    const { verify, token } = setup()
    await expect(verify(await token(claims, header, without))).rejects.toEqual(refused('token-invalid'))
  })
  it('of a foreign key under a known id, or that brings its own key, is refused', async () => {
    const { verify, token } = setup()
    await expect(verify(await token({}, { key: foreign.privateKey }))).rejects.toEqual(refused('token-invalid'))
    await expect(verify(await token({}, { key: foreign.privateKey, jwk: await exportJWK(foreign.publicKey) }))).rejects.toEqual(refused('token-invalid'))
  })
  it('of algorithm none, or signed with the public key as a secret, is refused', async () => {
    const { verify, token } = setup()
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const payload = (await token()).split('.')[1] ?? ''
    for (const alg of ['none', 'None', 'NONE']) await expect(verify(`${part({ alg, kid: 'k1', typ: 'at+jwt' })}.${payload}.`)).rejects.toEqual(refused('token-invalid'))
    const head = `${part({ alg: 'HS256', kid: 'k1', typ: 'at+jwt' })}.${payload}`
    const mac = createHmac('sha256', (await exportJWK(first.publicKey)).x ?? '').update(head).digest('base64url')
    await expect(verify(`${head}.${mac}`)).rejects.toEqual(refused('token-invalid'))
  })
  it.each(['x', 'a.b.c', '....', `e30.e30.${'x'.repeat(5000)}`, 'null'])('of no form at all is refused: %#', async text => {
    await expect(setup().verify(text)).rejects.toEqual(refused('token-invalid'))
  })
  it('of a session that ended is refused at once', async () => {
    const { verify, token, state } = setup()
    const given = await token()
    await verify(given)
    state.tokenStatus = 'ended'
    await expect(verify(given)).rejects.toEqual(refused('session-ended'))
    state.tokenStatus = 'outdated'
    await expect(verify(given)).rejects.toEqual(refused('token-outdated'))
  })
})

describe('the signing keys', () => {
  it('are fetched once for many tokens', async () => {
    const { verify, token, state } = setup()
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => token({ jti: String(i) })))
    await Promise.all(tokens.map(t => verify(t)))
    expect(state.fetches).toBe(1)
  })
  it('are fetched again for an unknown id, but not for every forged one', async () => {
    const { verify, token, state, published, clock } = setup()
    await verify(await token())
    for (let i = 0; i < 10; i++) await verify(await token({}, { kid: `x${i}` })).catch(() => {})
    expect(state.fetches).toBe(1)
    published.set('k2', second.publicKey)
    clock.advance(3_000)
    expect(await verify(await token({}, { key: second.privateKey, kid: 'k2' }))).toEqual(actor)
    expect(state.fetches).toBe(2)
  })
  it('go on serving while the user service is away, and leave when they are withdrawn', async () => {
    const { verify, token, state, published, clock } = setup()
    await verify(await token())
    state.down = true
    clock.advance(400_000)
    expect(await verify(await token({ jti: '2' }))).toEqual(actor)
    state.down = false
    published.delete('k1')
    clock.advance(10_000)
    await verify(await token({ jti: '3' }))
    await expect.poll(async () => verify(await token({ jti: String(Math.random()) })).then(() => 'taken', () => 'refused')).toBe('refused')
  })
  it('that cannot be read yet are an outage, not a wrong token', async () => {
    const { verify, token, state } = setup()
    state.down = true
    await expect(verify(await token())).rejects.toMatchObject({ kind: 'unavailable' })
  })
})
