import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { send } from '../../support/call.ts'
import { founder, type Person } from '../../support/people.ts'
import { median, medianDifference, rankTest } from './statistics.ts'

// At 3.3 standard errors chance alone fails one run in a thousand.
const limit = 3.3
const accounts = 16
const least = 40
const mostMs = 20_000
const wantedMs = 20
type Sample = { known: number[]; unknown: number[]; answers: Set<string> }
/** The control: the least difference that would have been seen, had it been there. A test that sees none is so known to look. */
const sensitivity = ({ known, unknown }: Sample): number => [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000].find(ms => rankTest(known, unknown.map(value => value + ms)).z > limit) ?? Infinity

/** Every call comes from a place of its own, so that no budget of guesses runs out meanwhile. */
const place = (): Record<string, string> => ({ 'x-forwarded-for': `10.${[...randomBytes(3)].join('.')}` })
type Ask = (email: string) => Promise<{ status: number; text: string }>

describe('unknown and known addresses cannot be told apart', () => {
  let known: Person[]
  beforeAll(async () => { known = await Promise.all(Array.from({ length: accounts }, (_, i) => founder(`Kim Known ${'abcdefghijklmnop'[i]}`))) })

  const one = async (ask: Ask, email: string, into: number[], answers: Set<string>): Promise<void> => {
    const began = performance.now()
    const { status, text } = await ask(email)
    into.push(performance.now() - began)
    answers.add(`${status} ${text.replace(/"traceId":"\w+"/, '')}`)
  }
  /** Both kinds side by side, in random order, so that whatever else the machine does meets both; more of them while it is too noisy to see much. */
  const sample = async (ask: Ask): Promise<Sample> => {
    const taken: Sample = { known: [], unknown: [], answers: new Set() }
    for (const until = performance.now() + mostMs; taken.known.length < least || (sensitivity(taken) > wantedMs && performance.now() < until);) {
      const pair = [{ email: known[taken.known.length % accounts]?.email ?? '', into: taken.known }, { email: `nobody.${randomUUID()}@example.org`, into: taken.unknown }]
      await Promise.all((randomInt(2) ? pair : pair.toReversed()).map(({ email, into }) => one(ask, email, into, taken.answers)))
    }
    return taken
  }
  const judge = (what: string, taken: Sample): void => {
    const { known: a, unknown: b, answers } = taken
    const [{ share, z }, difference, visible] = [rankTest(a, b), medianDifference(a, b), sensitivity(taken)]
    process.stdout.write(`${what}: ${a.length} pairs, known ${median(a).toFixed(1)} ms, unknown ${median(b).toFixed(1)} ms, difference ${difference.ms.toFixed(2)} ms (99 %: ${difference.from.toFixed(2)} … ${difference.to.toFixed(2)}), `
      + `P(unknown slower) ${share.toFixed(3)}, z ${z.toFixed(2)}; ${visible} ms more would have been seen\n`)
    expect([...answers]).toHaveLength(1)
    expect(Math.abs(z)).toBeLessThan(limit)
    expect(visible, 'too noisy to say anything').toBeLessThanOrEqual(1_000)
  }

  it('when signing in', async () => {
    judge('login', await sample(email => send('POST', '/api/users/login', { body: { email, password: 'not the password' }, headers: place() })))
  })
  it('when asking for a new password', async () => {
    judge('forgotten password', await sample(email => send('POST', '/api/users/password/forgot', { body: { email }, headers: place() })))
  })
  it('when signing up with what is refused anyway; that an address is taken is said in words', async () => {
    judge('registration, common password', await sample(email => send('POST', '/api/users/register', { body: { email, password: 'password123', name: 'N', organizationName: 'O' }, headers: place() })))
    judge('registration, made-up invitation', await sample(email => send('POST', '/api/users/register', { body: { email, password: 'a fine long secret', name: 'N', invitationToken: 'a.b.c' }, headers: place() })))
    expect((await send('POST', '/api/users/register', { body: { email: known[0]?.email, password: 'a fine long secret', name: 'N', organizationName: 'O' } })).text).toContain('email-taken')
  })
})
