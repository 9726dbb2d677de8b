import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultCost } from '../../../services/user/identity/passwords.ts'
import { budgets } from '../../../services/user/identity/throttle.ts'
import { send } from '../../support/call.ts'
import { founder, type Person } from '../../support/people.ts'
import { compared } from './compared.ts'
import { median, medianDifference, rankTest } from './statistics.ts'

// At 3.3 standard errors chance alone fails one run in a thousand.
const limit = 3.3
const accounts = 32
const least = 40
// Each account is asked for as often as it may be guessed at without a wait.
const most = accounts * budgets.account.free
const mostMs = 40_000
type Sample = { known: number[]; unknown: number[]; answers: Set<string> }
/** The control: the least difference that would have been seen, had it been there. A test that sees none is so known to look. */
const sensitivity = ({ known, unknown }: Sample): number => [1, 2, 3, 4, 5, 6, 8, 10, 14, 20, 30, 50, 100, 200, 500, 1_000]
  .find(ms => rankTest(known, unknown.map(value => value + ms)).z > limit) ?? Infinity

/** Every call comes from a place of its own, so that no budget of guesses runs out meanwhile. */
const place = (): Record<string, string> => ({ 'x-forwarded-for': `10.${[...randomBytes(3)].join('.')}` })
type Ask = (email: string) => Promise<{ status: number; text: string }>
const timeOf = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await work()
  return performance.now() - began
}
/** What a password that is not looked at would save, in milliseconds; two at once, as they are asked for. */
const hashMs = async (): Promise<number> => {
  const once = () => timeOf(() => hash('a fine long secret', defaultCost))
  const times: number[] = []
  for (let i = 0; i < 8; i++) times.push(...await Promise.all([once(), once()]))
  return median(times)
}

describe('unknown and known addresses cannot be told apart', () => {
  let known: Person[]
  /** Half a hash: what must be seen, or nothing has been shown. */
  let wantedMs: number
  beforeAll(async () => {
    known = await Promise.all(Array.from({ length: accounts }, () => founder('Kim Known')))
    wantedMs = await hashMs() / 2
  })

  const one = async (ask: Ask, email: string, into: number[], answers: Set<string>): Promise<void> => {
    const began = performance.now()
    const { status, text } = await ask(email)
    into.push(performance.now() - began)
    answers.add(`${status} ${text.replace(/"traceId":"\w+"/, '')}`)
  }
  /** Both kinds side by side, in random order, so that whatever else the machine does meets both; more of them while it is too noisy to see much. */
  const sample = async (ask: Ask): Promise<Sample> => {
    const taken: Sample = { known: [], unknown: [], answers: new Set() }
    for (const until = performance.now() + mostMs; taken.known.length < least || (sensitivity(taken) > wantedMs && taken.known.length < most && performance.now() < until);) {
      const pair = [{ email: known[taken.known.length % accounts]?.email ?? '', into: taken.known }, { email: `nobody.${randomUUID()}@example.org`, into: taken.unknown }]
      await Promise.all((randomInt(2) ? pair : pair.toReversed()).map(({ email, into }) => one(ask, email, into, taken.answers)))
    }
    return taken
  }
  const judge = (what: string, taken: Sample): void => {
    const { known: a, unknown: b, answers } = taken
    const [{ share, z }, difference, visible] = [rankTest(a, b), medianDifference(a, b), sensitivity(taken)]
    process.stdout.write(`${what}: ${a.length} pairs, known ${median(a).toFixed(1)} ms, unknown ${median(b).toFixed(1)} ms, `
      + `difference ${difference.ms.toFixed(2)} ms (99 %: ${difference.from.toFixed(2)} … ${difference.to.toFixed(2)}), `
      + `P(unknown slower) ${share.toFixed(3)}, z ${z.toFixed(2)}; ${visible} ms more would have been seen, half a hash is ${wantedMs.toFixed(1)} ms\n`)
    expect([...answers]).toHaveLength(1)
    expect(Math.abs(z)).toBeLessThan(limit)
    expect(visible, 'too noisy to say anything').toBeLessThanOrEqual(wantedMs)
  }

  it('when signing in', async () => {
    const before = await compared()
    const taken = await sample(email => send('POST', '/api/users/login', { body: { email, password: 'not the password' }, headers: place() }))
    judge('login', taken)
    // Answers leave at even times, which would hide a password that is not looked at until many sign in at once.
    expect(await compared() - before).toBe(taken.known.length + taken.unknown.length)
  })
  it('when asking for a new password', async () => {
    judge('forgotten password', await sample(email => send('POST', '/api/users/password/forgot', { body: { email }, headers: place() })))
  })
  it('when signing up with what is refused anyway; that an address is taken is said in words', async () => {
    judge('registration, common password', await sample(email => send('POST', '/api/users/register', {
      body: { email, password: 'password123', name: 'N', organizationName: 'O' }, headers: place(),
    })))
    judge('registration, made-up invitation', await sample(email => send('POST', '/api/users/register', {
      body: { email, password: 'a fine long secret', name: 'N', invitationToken: 'a.b.c' }, headers: place(),
    })))
    const taken = await send('POST', '/api/users/register', {
      body: { email: known[0]?.email, password: 'a fine long secret', name: 'N', organizationName: 'O' },
    })
    expect(taken.text).toContain('email-taken')
  })
})
