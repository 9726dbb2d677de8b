import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import { call, send, type Answered } from '../../support/call.ts'
import { founder, type Person } from '../../support/people.ts'
import { compared } from './compared.ts'

const tries = 5_000
const lanes = 48

/** Tries in several lanes at once; counts the answers by status. */
const flood = async (guess: (i: number) => Promise<{ status: number }>): Promise<Map<number, number>> => {
  const seen = new Map<number, number>()
  let next = 0
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (next < tries) {
      const { status } = await guess(next++)
      seen.set(status, (seen.get(status) ?? 0) + 1)
    }
  }))
  return seen
}
const login = (email: string, password: string, from: string) => send('POST', '/api/users/login', { body: { email, password }, headers: { 'x-forwarded-for': from } })
/** As long as a full machine says that it is busy one comes again: the flood does no better. `unsure`: how often a password may have been compared even so. */
const signIn = async (ask: () => Promise<Answered>): Promise<{ status: number; unsure: number }> => {
  for (let unsure = 0; ;) {
    const { status, json } = await ask()
    if (status !== 503) return { status, unsure }
    if (Object(json).code !== 'busy') unsure += 1
    await pause(200)
  }
}
const anywhere = (): string => `10.${[...randomBytes(3)].join('.')}`

describe('ten thousand guesses', () => {
  let owner: Person
  let neighbour: Person
  beforeAll(async () => { [owner, neighbour] = await Promise.all([founder('Otto Owner'), founder('Nina Neighbour')]) })

  it('from everywhere at one account: few are looked at, and its owner still gets in', async () => {
    const [before, began] = [await compared(), performance.now()]
    const flooding = flood(i => login(owner.email, `guess ${i}`, anywhere()))
    // Meanwhile somebody else signs in, now and then.
    const entries = await Promise.all([1, 2, 3, 4, 5, 6].map(async n => {
      await pause(n * 500)
      const since = performance.now()
      const body = { email: neighbour.email, password: neighbour.password }
      return { ...await signIn(() => send('POST', '/api/users/login', { body })), ms: Math.round(performance.now() - since) }
    }))
    const seen = await flooding
    const looked = await compared() - before - entries.length
    const unsure = entries.reduce((sum, entry) => sum + entry.unsure, 0)
    const longest = Math.max(...entries.map(({ ms }) => ms))
    const seconds = (performance.now() - began) / 1000
    process.stdout.write(`${tries} guesses from ${tries} addresses at one account in ${seconds.toFixed(1)} s: ${looked} passwords compared, `
      + `answers ${JSON.stringify([...seen])}; a neighbour signed in within ${longest} ms\n`)
    expect([...seen.keys()].filter(status => ![401, 429, 503].includes(status))).toEqual([])
    expect(entries.map(({ status }) => status)).toEqual(entries.map(() => 200))
    expect(longest).toBeLessThan(30_000)
    expect(looked).toBeGreaterThan(0)
    // Five are free; then each costs twice the wait of the one before it.
    expect(looked).toBeLessThanOrEqual(5 + Math.ceil(Math.log2(seconds + 2)) + 1 + unsure)
    expect((await call(userApi.login, { body: { email: owner.email, password: owner.password } })).user.id).toBe(owner.id)
  }, 900_000)

  it('from one address at many accounts: few are looked at, and others elsewhere get in', async () => {
    const [before, began] = [await compared(), performance.now()]
    const from = anywhere()
    const seen = await flood(i => login(i % 10 ? `nobody.${randomUUID()}@example.org` : owner.email, 'guess', from))
    const looked = await compared() - before
    const seconds = (performance.now() - began) / 1000
    process.stdout.write(`${tries} guesses from one address at ${tries} accounts in ${seconds.toFixed(1)} s: ${looked} passwords compared, answers ${JSON.stringify([...seen])}\n`)
    expect([...seen.keys()].filter(status => ![401, 429, 503].includes(status))).toEqual([])
    expect(looked).toBeGreaterThan(0)
    // Fifty are free, four are looked at side by side.
    expect(looked).toBeLessThanOrEqual(50 + 4 * (Math.ceil(Math.log2(seconds + 2)) + 1))
    expect((await signIn(() => login(neighbour.email, neighbour.password, anywhere()))).status).toBe(200)
  }, 900_000)
})
