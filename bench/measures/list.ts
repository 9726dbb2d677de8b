import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { connectMongo } from '../../services/shared/kit/mongo/connect.ts'
import { closedLoop, patientLoop } from '../closed-loop.ts'
import { atHalfLoad } from '../half-load.ts'
import { inTurns, measure } from '../measure.ts'
import type { Sides } from '../task-loads.ts'
import { newProject, post } from '../team.ts'
import type { World } from '../world.ts'

const PLANE = 2
const TASKS = 10_000
const AT_ONCE = 500
const Results = z.object({ results: z.array(z.object({ status: z.number() })) })

/** Two projects of 10,000: one through the public API, one straight into the skeleton's store. */
const filled = async (world: World): Promise<Sides> => {
  const [platform, skeleton] = [await world.platform(), await world.skeleton()]
  const { gateway, token, headers } = platform
  const projectId = await newProject(gateway, token)
  world.say(`filling a project with ${TASKS} tasks`)
  for (let i = 0; i < TASKS; i += AT_ONCE) {
    const operations = Array.from({ length: AT_ONCE }, (_, n) => ({ op: 'create', task: { projectId, title: `Task ${i + n}` } }))
    const { results } = Results.parse(await post(`${gateway}/api/tasks/bulk`, { operations }, token))
    const refused = results.find(r => r.status !== 201)
    if (refused) throw new Error(`a bulk create answered ${refused.status}`)
  }
  const db = await connectMongo(skeleton.store, 'bench_db')
  const things = db.collection<{ _id: string }>('things')
  for (let i = 0; i < TASKS; i += AT_ONCE) {
    await things.insertMany(Array.from({ length: AT_ONCE }, (_, n) => ({
      _id: randomUUID(), projectId, title: `Task ${i + n}`, createdAt: new Date(Date.now() + i + n).toISOString(),
    })))
  }
  await db.close()
  await platform.settled()
  const path = (): string => `/api/tasks?projectId=${projectId}&limit=50`
  return {
    platform: { url: gateway, headers, method: 'GET', path },
    b1: { url: skeleton.gateway, headers, method: 'GET', path },
    b0: { url: skeleton.bare, headers, method: 'GET', path },
  }
}

export const list = measure({
  name: 'list', title: 'Listing 50 of 10,000 tasks through the gateway',
  estimate: ({ rounds, seconds }) => 43 + rounds * 2 * seconds + rounds * 3 * (seconds + 1),
  figures: {
    'over Plane': {
      title: 'list 50 of 10,000, calls/s', unit: '/s',
      control: 'Plane’s API, 2/s (given)', goal: { ratioAtLeast: 100 }, better: 'more', given: true,
    },
    'over B1': {
      title: 'list 50 of 10,000, calls/s', unit: '/s',
      control: 'B1: equality, sort and limit in the store, 4 connections', goal: {}, better: 'more', aside: true,
    },
    'p99 at half load': {
      title: 'list 50 of 10,000, p99 at half load', unit: 'ms',
      control: 'B1 at half of its own load', goal: { ratioAtMost: 1.3 }, better: 'less',
    },
  },
  run: async world => {
    const { plan: { rounds, seconds }, say } = world
    const sides = await filled(world)
    await closedLoop(sides.platform, Math.min(2, seconds))
    await patientLoop(sides.b1, 1)
    const turns = await inTurns(rounds, { platform: () => closedLoop(sides.platform, seconds), b1: () => patientLoop(sides.b1, seconds) }, say)
    const rate = (name: 'platform' | 'b1'): number[] => turns(name).map(t => t.perSecond)
    const ours = rate('platform')
    const half = await atHalfLoad(world, 'list', sides, { platform: ours, b1: rate('b1') })
    return {
      figures: { 'over Plane': { ours, control: ours.map(() => PLANE) }, 'over B1': { ours, control: rate('b1') }, 'p99 at half load': half.samples },
      charts: [half.chart], raw: { turns: { platform: turns('platform'), b1: turns('b1') }, half: half.raw },
      failed: half.failed + [...turns('platform'), ...turns('b1')].reduce((sum, t) => sum + t.failed, 0),
    }
  },
})
