import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { send } from '../../support/call.ts'
import { founder, type Person } from '../../support/people.ts'
import { median, medianDifference, rankTest } from './statistics.ts'

// At 3.3 standard errors chance alone fails one run in a thousand.
const limit = 3.3
const accounts = 16
/** Less than the least difference that must be seen: the control plants it, so a test that sees nothing is known to look. */
const plantedMs = 25

/** Every call comes from a place of its own, so that no budget of guesses runs out meanwhile. */
const place = (): Record<string, string> => ({ 'x-forwarded-for': `10.${[...randomBytes(3)].join('.')}` })
type Ask = (email: string) => Promise<{ status: number; text: string }>

describe('unknown and known addresses cannot be told apart', () => {
  let known: Person[]
  beforeAll(async () => { known = await Promise.all(Array.from({ length: accounts }, (_, i) => founder(`Kim Known ${'abcdefghijklmnop'[i]}`))) })

  /** Both kinds in random order, a few at a time, as many of one as of the other. */
  const sample = async (each: number, ask: Ask): Promise<{ known: number[]; unknown: number[]; answers: Set<string> }> => {
    const taken = { known: [] as number[], unknown: [] as number[], answers: new Set<string>() }
    const jobs = Array.from({ length: each * 2 }, (_, i) => ({ kind: i % 2 ? 'known' as const : 'unknown' as const, email: i % 2 ? known[(i >> 1) % accounts]?.email ?? '' : `nobody.${randomUUID()}@example.org` }))
    for (let i = jobs.length - 1; i > 0; i--) { const j = randomInt(i + 1); [jobs[i], jobs[j]] = [jobs[j]!, jobs[i]!] }
    await Promise.all(Array.from({ length: 4 }, async () => {
      for (let job = jobs.pop(); job; job = jobs.pop()) {
        const began = performance.now()
        const { status, text } = await ask(job.email)
        taken[job.kind].push(performance.now() - began)
        taken.answers.add(`${status} ${text.replace(/"traceId":"\w+"/, '')}`)
      }
    }))
    return taken
  }
  const judge = (what: string, { known: a, unknown: b, answers }: Awaited<ReturnType<typeof sample>>): void => {
    const [{ share, z }, difference] = [rankTest(a, b), medianDifference(a, b)]
    const planted = rankTest(a, b.map(ms => ms + plantedMs))
    process.stdout.write(`${what}: known ${median(a).toFixed(1)} ms, unknown ${median(b).toFixed(1)} ms, difference ${difference.ms.toFixed(2)} ms (99 %: ${difference.from.toFixed(2)} … ${difference.to.toFixed(2)}), `
      + `P(unknown slower) ${share.toFixed(3)}, z ${z.toFixed(2)}; with ${plantedMs} ms planted z ${planted.z.toFixed(2)}\n`)
    expect([...answers]).toHaveLength(1)
    expect(planted.z, 'the planted difference was not seen: too noisy to say anything').toBeGreaterThan(limit)
    expect(Math.abs(z)).toBeLessThan(limit)
  }

  it('when signing in', async () => {
    judge('login', await sample(64, email => send('POST', '/api/users/login', { body: { email, password: 'not the password' }, headers: place() })))
  })
  it('when asking for a new password', async () => {
    judge('forgotten password', await sample(48, email => send('POST', '/api/users/password/forgot', { body: { email }, headers: place() })))
  })
  it('when signing up with what is refused anyway; that an address is taken is said in words', async () => {
    judge('registration, common password', await sample(64, email => send('POST', '/api/users/register', { body: { email, password: 'password123', name: 'N', organizationName: 'O' }, headers: place() })))
    judge('registration, made-up invitation', await sample(64, email => send('POST', '/api/users/register', { body: { email, password: 'a fine long secret', name: 'N', invitationToken: 'a.b.c' }, headers: place() })))
    expect((await send('POST', '/api/users/register', { body: { email: known[0]?.email, password: 'a fine long secret', name: 'N', organizationName: 'O' } })).text).toContain('email-taken')
  })
})
