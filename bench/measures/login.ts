import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { hash, verify } from '@node-rs/argon2'
import { inParallel } from '../../services/shared/kit/in-parallel.ts'
import { loadConfig } from '../../services/shared/kit/config.ts'
import { costOf, costSpec } from '../../services/user/identity/hashing/cost.ts'
import { unlimited } from '../../tests/support/unlimited.ts'
import { callers, patientLoop } from '../closed-loop.ts'
import { pooledSamples } from '../compare.ts'
import type { Load } from '../load.ts'
import { inTurns, measure } from '../measure.ts'
import { openLoop } from '../open-loop.ts'
import { percentilesOf } from '../statistics.ts'
import { capacity, gets } from '../task-loads.ts'
import { post } from '../team.ts'

const CALLERS = 16
// So many that none reaches the bound of living sessions, beyond which each sign-in ends an older one.
const PEOPLE = 64
// Others ask for much less than they could, as on a quiet day.
const OTHERS = 0.2

export const login = measure({
  name: 'login', title: 'Signing in, and what others feel of it', estimate: ({ rounds, seconds }) => 12 + rounds * (4 * seconds + 4),
  figures: {
    logins: {
      title: 'logins/s through the gateway', unit: '/s',
      control: 'raw argon2id of the same cost, as many at once as cores', goal: { ratioAtLeast: 0.9 }, better: 'more',
    },
    'others’ p99': {
      title: 'get task during a login flood, p99', unit: 'ms',
      control: 'the same without the flood', goal: { ratioAtMost: 1.5 }, better: 'less',
    },
  },
  run: async world => {
    const { plan: { rounds, seconds }, say } = world
    const { gateway, settled } = await world.platform()
    const { platform: others } = await gets(world)
    const password = `long enough ${randomUUID()}`
    const people = Array.from({ length: PEOPLE }, (_, n) => `login.${n}.${randomUUID()}@example.org`)
    await inParallel(people, CALLERS, async email => {
      await post(`${gateway}/api/users/register`, { email, password, name: 'Login', organizationName: 'Login' })
    })
    let n = 0
    const logins: Load = {
      url: gateway, method: 'POST', headers: {}, path: () => '/api/users/login',
      body: () => JSON.stringify({ email: people[n++ % PEOPLE], password }),
    }
    // As the platform was started.
    const stored = await hash(password, costOf(await loadConfig(costSpec, unlimited, { secret: async () => undefined })))
    await patientLoop(logins, 1, CALLERS)
    const rate = await capacity(world, 'get on the platform', others) * OTHERS
    say(`others ask ${rate.toFixed(0)} times a second`)
    const quietly = async () => { await settled(); return openLoop(others, rate, seconds) }
    const during = async () => {
      const flood = patientLoop(logins, seconds + 2, CALLERS)
      await sleep(1_000)
      const [arrivals, driven] = await Promise.all([openLoop(others, rate, seconds), flood])
      return { ...arrivals, failed: arrivals.failed + driven.failed }
    }
    const speed = await inTurns(rounds, {
      ours: async () => patientLoop(logins, seconds, CALLERS),
      raw: async () => ({ perSecond: await callers(availableParallelism(), seconds, () => verify(stored, password)), failed: 0 }),
    }, say)
    const felt = await inTurns(rounds, { during, quietly }, say)
    const latencies = (name: 'during' | 'quietly'): number[][] => felt(name).map(a => a.latencies)
    return {
      figures: {
        logins: { ours: speed('ours').map(s => s.perSecond), control: speed('raw').map(s => s.perSecond) },
        'others’ p99': pooledSamples(all => percentilesOf(all).p99, latencies('during'), latencies('quietly')),
      },
      raw: { speed: { ours: speed('ours'), raw: speed('raw') }, felt: { during: felt('during'), quietly: felt('quietly') } },
      failed: [...speed('ours'), ...felt('during'), ...felt('quietly')].reduce((sum, s) => sum + s.failed, 0),
    }
  },
})
