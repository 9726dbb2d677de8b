import { z } from 'zod'
import { projectsSql } from '../../services/analytics/dashboard/sql.ts'
import { buildsOf } from '../../services/analytics/dashboard/tallies.ts'
import { figuresSql } from '../../services/analytics/dashboard/tallies-sql.ts'
import { erasures } from '../../services/analytics/erasure.ts'
import { routes } from '../../services/analytics/routes.ts'
import { projectInternal } from '../../services/shared/contracts/project/internal.ts'
import { defaultWorkflow } from '../../services/shared/contracts/workflow.ts'
import { memoryDapr } from '../../services/shared/kit/dapr/memory-dapr.ts'
import { client } from '../../services/shared/kit/http/client.ts'
import { testServer } from '../../services/shared/kit/http/test-server.ts'
import { silentLogger } from '../../services/shared/kit/observe/log.ts'
import { withChdb } from '../chdb.ts'
import { pooledSamples, type Samples } from '../compare.ts'
import { fillEvents, PROJECTS, projectIdOf } from '../fill-events.ts'
import { inTurns, measure } from '../measure.ts'
import { quantile } from '../statistics.ts'

const sizes = { m1: 1_000_000, m10: 10_000_000 } as const
type Size = keyof typeof sizes
const ASKS = 20
const TURN_MS = 2_000
const DAY_MS = 86_400_000
const control = 'the same SQL, bare'
const goal = { ratioAtMost: 1.2, oursAtMost: 50 } as const

export const dashboard = measure({
  name: 'dashboard', title: 'The dashboard over 1 M and 10 M events', estimate: ({ rounds }) => 85 + rounds * 6,
  figures: {
    '1 M events': { title: 'dashboard of an organization with 1 M events, p95', unit: 'ms', control, goal, better: 'less' },
    '10 M events': { title: 'dashboard of an organization with 10 M events, p95', unit: 'ms', control, goal, better: 'less' },
    'one project of 10 M': { title: 'dashboard of one project in a hundred, 10 M events in all, p95', unit: 'ms', control, goal, better: 'less' },
  },
  run: world => withChdb(async db => {
    const now = Date.now()
    for (const [organization, events] of Object.entries(sizes)) {
      world.say(`making ${events / 1e6} M events`)
      await fillEvents(db, { organization, events, now })
    }
    const dapr = memoryDapr()
    dapr.answer('project', ({ path, query }) => ({
      status: 200, headers: {},
      body: {
        id: path.split('/').at(-1), organizationId: query?.['organizationId'], name: 'One', key: 'O', status: 'active',
        workflow: defaultWorkflow, deletedAt: null, version: 1, members: [],
      },
    }))
    const server = await testServer(routes({ db, projects: client(projectInternal, 'project', dapr), erase: erasures(db, silentLogger) }))
    const [from, to] = [new Date(now - 30 * DAY_MS).toISOString(), new Date(now).toISOString()]
    const ask = (org: Size, more = '') => async (): Promise<void> => {
      const path = `/api/analytics/dashboard?from=${from}&to=${to}${more}`
      const { status } = await server.request('GET', path, { as: { userId: 'boss', organizationId: org, role: 'owner', sessionId: 's' } })
      if (status !== 200) throw new Error(`the dashboard answered ${status}`)
    }
    const bare = (org: Size, projects: readonly string[]) => async (): Promise<void> => {
      if (projects === all) await db.query(z.unknown(), projectsSql, { org })
      await db.query(z.unknown(), figuresSql, { org, projects, from, to, builds: buildsOf(db, org, projects), counted: 0 })
    }
    const all = Array.from({ length: PROJECTS }, (_, n) => projectIdOf(n))
    const [first = ''] = all
    // The first who asks has all projects counted, once.
    for (const org of ['m10', 'm1'] as const) {
      const began = performance.now()
      await ask(org)()
      world.say(`counted all projects of ${org} in ${((performance.now() - began) / 1000).toFixed(1)} s`)
    }
    let failed = 0
    // Fewer asks where one takes long.
    const times = (work: () => Promise<void>) => async (): Promise<number[]> => {
      const samples: number[] = []
      for (let spent = 0; samples.length < ASKS && spent < TURN_MS;) {
        const began = performance.now()
        await work().catch((error: unknown) => { failed++; world.say(String(error)) })
        const took = performance.now() - began
        samples.push(took)
        spent += took
      }
      return samples
    }
    const [big, bigBare] = [times(ask('m10')), times(bare('m10', all))]
    const [slowest = 0] = await bigBare()
    const rounds = slowest > TURN_MS ? Math.min(2, world.plan.rounds) : world.plan.rounds
    const turns = await inTurns(world.plan.rounds, {
      small: times(ask('m1')), smallBare: times(bare('m1', all)),
      one: times(ask('m10', `&projectId=${first}`)), oneBare: times(bare('m10', [first])),
    }, world.say)
    const bigTurns = await inTurns(rounds, { big, bigBare }, world.say)
    await server.close()
    const p95 = (ours: readonly number[][], control: readonly number[][]): Samples => pooledSamples(samples => quantile(samples, 0.95), ours, control)
    return {
      figures: {
        '1 M events': p95(turns('small'), turns('smallBare')), '10 M events': p95(bigTurns('big'), bigTurns('bigBare')),
        'one project of 10 M': p95(turns('one'), turns('oneBare')),
      },
      raw: {
        small: turns('small'), smallBare: turns('smallBare'),
        one: turns('one'), oneBare: turns('oneBare'),
        big: bigTurns('big'), bigBare: bigTurns('bigBare'),
      },
      failed,
    }
  }),
})
