import { callers, closedLoop, type Driven } from '../closed-loop.ts'
import { atHalfLoad } from '../half-load.ts'
import { inTurns, measure } from '../measure.ts'
import { openStore } from '../store.ts'
import { creates } from '../task-loads.ts'

const title = 'create task, commands/s'
// What Plane's API does on such a machine, at its best (given, see the issue).
const PLANE = 20

export const create = measure({
  name: 'create', title: 'Creating tasks through the gateway', warm: true, estimate: ({ rounds, seconds }) => 18 + rounds * (5 * seconds + 6),
  figures: {
    'over B1': { title, unit: '/s', control: 'B1: gateway → sidecar → sidecar → one insert', goal: { ratioAtLeast: 0.85 }, better: 'more' },
    'over B0': { title, unit: '/s', control: 'B0: bare handler, one insert', goal: { ratioAtLeast: 0.4 }, better: 'more' },
    'over Plane': { title, unit: '/s', control: 'Plane’s API, 20/s (given)', goal: { ratioAtLeast: 30 }, better: 'more', given: true },
    'p99 at half load': {
      title: 'create task, p99 at half load', unit: 'ms', control: 'B1 at half of its own load', goal: { ratioAtMost: 1.3 }, better: 'less',
    },
  },
  run: async world => {
    const { plan: { rounds, seconds }, say } = world
    const sides = await creates(world)
    const platform = await world.platform()
    const store = await openStore(await world.skeleton())
    for (const load of Object.values(sides)) await closedLoop(load, Math.min(2, seconds))
    await platform.settled()
    const after: number[] = []
    const turns = await inTurns(rounds, {
      platform: async (): Promise<Driven> => {
        const driven = await closedLoop(sides.platform, seconds)
        after.push(await platform.settled())
        return driven
      },
      b1: () => closedLoop(sides.b1, seconds),
      b0: () => closedLoop(sides.b0, seconds),
    }, say)
    const insertOne = await callers(16, seconds, store.insertOne)
    await store.close()
    const rate = (name: 'platform' | 'b1' | 'b0'): number[] => turns(name).map(t => t.perSecond)
    const ours = rate('platform')
    const latency = (name: 'platform' | 'b1'): string => turns(name).map(t => `${t.p50}/${t.p99}`).join(', ')
    const beside = {
      'store’s own insertOne, 16 callers': `${insertOne.toFixed(0)}/s`,
      'followers done after': `${Math.max(...after).toFixed(0)} ms at most`,
      'p50/p99 ms': latency('platform'), 'p50/p99 ms of B1': latency('b1'),
    }
    const half = await atHalfLoad(world, 'create', sides, { platform: ours, b1: rate('b1') }, platform.settled)
    return {
      figures: {
        'over B1': { ours, control: rate('b1'), beside },
        'over B0': { ours, control: rate('b0') },
        'over Plane': { ours, control: ours.map(() => PLANE) },
        'p99 at half load': half.samples,
      },
      charts: [half.chart], raw: { turns: { platform: turns('platform'), b1: turns('b1'), b0: turns('b0') }, settledMs: after, half: half.raw },
      failed: half.failed + [...turns('platform'), ...turns('b1'), ...turns('b0')].reduce((sum, t) => sum + t.failed, 0),
    }
  },
})
