import { afterAll, beforeAll, expect, it } from 'vitest'
import { SignedIn } from '../../shared/contracts/user/resources.ts'
import { tokenVerifier, type Verify } from '../../shared/kit/http/auth/auth.ts'
import { Jwks } from '../../shared/kit/http/auth/key-ring.ts'
import { issuer, userService, type UserService } from './service.ts'

const [minute, day] = [60_000, 86_400_000]
let user: UserService
beforeAll(async () => { user = await userService() })
afterAll(() => user.stop())

it('the signing key turns over twice under load, and not one request fails', async () => {
  // Two services that learn the keys as all services do: one that is asked all the time, and one that sleeps for hours.
  const verifier = (): Verify => tokenVerifier({ issuer, clock: user.clock, keys: async () => Jwks.parse((await user.ask('GET', '/.well-known/jwks.json')).body) })
  const [busy, sleepy] = [verifier(), verifier()]
  const people = await Promise.all(Array.from({ length: 4 }, (_, i) => user.register(`load${i}@example.com`)))
  const kids = new Set<string>()
  const held: { token: string; until: number }[] = []
  let [requests, failed, steps, turns] = [0, 0, 0, 0]
  const count = async (request: Promise<unknown>): Promise<void> => {
    requests += 1
    await request.catch(() => { failed += 1 })
  }
  /** Everybody refreshes and asks; tokens of the last minutes are used, too, while somebody forges key ids. */
  const everybody = async (): Promise<void> => {
    const now = Date.parse(user.clock.now())
    await Promise.all(people.map(async (person, i) => {
      const fresh = SignedIn.parse((await user.ask('POST', '/api/users/token/refresh', { body: { refreshToken: person.refreshToken } })).body)
      people[i] = fresh
      kids.add(JSON.parse(Buffer.from(fresh.accessToken.split('.')[0] ?? '', 'base64url').toString()).kid)
      held.push({ token: fresh.accessToken, until: now + 10 * minute })
      await count(busy(fresh.accessToken))
      await count(user.ask('GET', '/api/users/profile', { token: fresh.accessToken }).then(answer => { if (answer.status !== 200) throw new Error(String(answer.status)) }))
    }))
    for (const { token } of held.filter(({ until }) => until > now)) await count(busy(token))
    await busy('eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6Im5vbmUifQ.e30.AAAA').catch(() => {})
    if (steps++ % 20 === 0) await count(sleepy(people[0]?.accessToken ?? ''))
    held.splice(0, held.length, ...held.filter(({ until }) => until > now))
  }

  for (let days = 0; days < 65; days++) {
    const turned = await user.deps.signing.rotate(30)
    if (turned) turns += 1
    // The hours in which the new key is published, takes over, and the old one goes, are looked at closely.
    if (turned) for (let step = 0; step < 26; step++) { await everybody(); user.clock.advance(6 * minute) }
    await everybody()
    user.clock.advance(turned ? day - 156 * minute : day)
  }
  expect({ failed, turns, keys: kids.size }).toEqual({ failed: 0, turns: 2, keys: 3 })
  expect(requests).toBeGreaterThan(1_000)
}, 240_000)
