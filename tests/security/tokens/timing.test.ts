import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { beforeAll, describe, expect, it } from 'vitest'
import { costOf, costSpec } from '../../../services/user/identity/hashing/cost.ts'
import { loadConfig } from '../../../services/shared/kit/config.ts'
import { inParallel } from '../../../services/shared/kit/in-parallel.ts'
import { budgets } from '../../../services/user/identity/throttle.ts'
import { send } from '../../support/call.ts'
import { founder, type Person } from '../../support/people.ts'
import { crowded } from '../../support/unlimited.ts'
import { compared } from './compared.ts'
import { median, medianDifference, rankTest } from './statistics.ts'

// At 4.5 standard errors chance alone fails one run in tens of thousands, which look four times each.
const limit = 4.5
const accounts = 32
const least = 40
// Each account is asked for as often as it may be guessed at without a wait; then it is the turn of others.
const turns = accounts * budgets.account.free
// Only a machine that is too noisy to see much takes so long.
const mostMs = 200_000
/**
 * `wantedMs`: half a hash, as long as one takes meanwhile; what must be seen, or nothing has been shown.
 * `busy`: pairs that tell nothing, because the platform had too much to do for one of them; `turnedAway`: how many of each kind those were.
 */
type Sample = { known: number[]; unknown: number[]; answers: Set<string>; wantedMs: number; busy: number; turnedAway: Record<Kind, number> }
type Kind = 'known' | 'unknown'
/** The control: the least difference that would have been seen, had it been there. A test that sees none is so known to look. */
const sensitivity = ({ known, unknown }: Pick<Sample, Kind>): number => [1, 2, 3, 4, 5, 6, 8, 10, 14, 20, 30, 50, 100, 200, 500, 1_000]
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
  const cost = costOf(await loadConfig(costSpec, crowded, { secret: async () => undefined }))
  const once = () => timeOf(() => hash('a fine long secret', cost))
  const times: number[] = []
  for (let i = 0; i < 8; i++) times.push(...await Promise.all([once(), once()]))
  return median(times)
}

describe('unknown and known addresses cannot be told apart', { timeout: 600_000 }, () => {
  const known: Person[] = []
  // Few at once: all of them would take longer than an answer may take.
  const join = async (): Promise<void> => {
    known.push(...await inParallel(Array.from({ length: accounts }, () => 'Kim Known'), 4, founder))
  }
  const addressOf = async (pair: number): Promise<string> => {
    const first = Math.floor(pair / turns) * accounts
    if (known.length <= first) await join()
    return known[first + pair % accounts]?.email ?? ''
  }
  beforeAll(join)

  const one = async (ask: Ask, email: string) => {
    const began = performance.now()
    const { status, text } = await ask(email)
    return { ms: performance.now() - began, isBusy: status === 503, answer: `${status} ${text.replace(/"traceId":"\w+"/, '')}` }
  }
  /** Both kinds side by side, in random order, so that whatever else the machine does meets both; more of them while it is too noisy to see much. */
  const sample = async (ask: Ask): Promise<Sample> => {
    const taken: Sample = { known: [], unknown: [], answers: new Set(), wantedMs: 0, busy: 0, turnedAway: { known: 0, unknown: 0 } }
    let measured = 0
    const until = performance.now() + mostMs
    while (performance.now() < until && (taken.known.length < least || sensitivity(taken) > taken.wantedMs)) {
      if (taken.wantedMs === 0 || taken.known.length >= measured + least) {
        taken.wantedMs = await hashMs() / 2
        measured = taken.known.length
      }
      const pair: { kind: Kind; email: string }[] = [
        { kind: 'known', email: await addressOf(taken.known.length + taken.busy) }, { kind: 'unknown', email: `nobody.${randomUUID()}@example.org` },
      ]
      const said = await Promise.all((randomInt(2) ? pair : pair.toReversed()).map(async ({ kind, email }) => ({ ...await one(ask, email), kind })))
      for (const { kind, isBusy } of said) if (isBusy) taken.turnedAway[kind] += 1
      if (said.some(({ isBusy }) => isBusy)) taken.busy += 1
      else for (const { kind, ms, answer } of said) { taken[kind].push(ms); taken.answers.add(answer) }
    }
    return taken
  }
  const judge = (what: string, taken: Sample): void => {
    const { known: a, unknown: b, answers, wantedMs, turnedAway } = taken
    const [few, many] = [Math.min(turnedAway.known, turnedAway.unknown), Math.max(turnedAway.known, turnedAway.unknown)]
    const [{ share, z }, difference, visible] = [rankTest(a, b), medianDifference(a, b), sensitivity(taken)]
    process.stdout.write(`${what}: ${a.length} pairs, known ${median(a).toFixed(1)} ms, unknown ${median(b).toFixed(1)} ms, `
      + `difference ${difference.ms.toFixed(2)} ms (99 %: ${difference.from.toFixed(2)} … ${difference.to.toFixed(2)}), `
      + `P(unknown slower) ${share.toFixed(3)}, z ${z.toFixed(2)}; ${visible} ms more would have been seen, half a hash is ${wantedMs.toFixed(1)} ms; `
      + `too busy for ${turnedAway.known} known and ${turnedAway.unknown} unknown\n`)
    expect([...answers]).toHaveLength(1)
    expect(Math.abs(z)).toBeLessThan(limit)
    expect(many >= 10 && many > 2 * few, `busy for one kind: ${JSON.stringify(turnedAway)}`).toBe(false)
    expect(visible, 'too noisy to say anything').toBeLessThanOrEqual(wantedMs)
  }

  it('when signing in', async () => {
    const before = await compared()
    const taken = await sample(email => send('POST', '/api/users/login', { body: { email, password: 'not the password' }, headers: place() }))
    judge('login', taken)
    // Answers leave at even times, which would hide a password that is not looked at until many sign in at once.
    const looked = await compared() - before
    expect(looked).toBeGreaterThanOrEqual(2 * taken.known.length)
    expect(looked).toBeLessThanOrEqual(2 * (taken.known.length + taken.busy))
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
