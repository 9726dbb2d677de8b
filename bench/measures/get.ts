import { closedLoop } from '../closed-loop.ts'
import { atHalfLoad } from '../half-load.ts'
import { inTurns, measure } from '../measure.ts'
import { gets } from '../task-loads.ts'

const PLANE = 42

export const get = measure({
  name: 'get', title: 'Getting a task through the gateway', warm: true,
  estimate: ({ rounds, seconds }) => 5 + rounds * 2 * seconds + rounds * 2 * (seconds + 1),
  figures: {
    'over Plane': { title: 'get task, calls/s', unit: '/s', control: 'Plane’s API, 42/s (given)', goal: { ratioAtLeast: 50 }, better: 'more', given: true },
    'over B1': { title: 'get task, calls/s', unit: '/s', control: 'B1: one look-up behind two sidecars', goal: {}, better: 'more', aside: true },
    'p99 at half load': { title: 'get task, p99 at half load', unit: 'ms', control: 'B1 at half of its own load', goal: { ratioAtMost: 1.2 }, better: 'less' },
  },
  run: async world => {
    const { plan: { rounds, seconds }, say } = world
    const sides = await gets(world)
    for (const load of [sides.platform, sides.b1]) await closedLoop(load, Math.min(2, seconds))
    const turns = await inTurns(rounds, { platform: () => closedLoop(sides.platform, seconds), b1: () => closedLoop(sides.b1, seconds) }, say)
    const rate = (name: 'platform' | 'b1'): number[] => turns(name).map(t => t.perSecond)
    const ours = rate('platform')
    const half = await atHalfLoad(world, 'get', sides, { platform: ours, b1: rate('b1') })
    return {
      figures: { 'over Plane': { ours, control: ours.map(() => PLANE) }, 'over B1': { ours, control: rate('b1') }, 'p99 at half load': half.samples },
      charts: [half.chart], raw: { turns: { platform: turns('platform'), b1: turns('b1') }, half: half.raw },
      failed: half.failed + [...turns('platform'), ...turns('b1')].reduce((sum, t) => sum + t.failed, 0),
    }
  },
})
