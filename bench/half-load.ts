import { pooledSamples, type Samples } from './compare.ts'
import { inTurns } from './measure.ts'
import { openLoop, type Arrivals } from './open-loop.ts'
import type { Chart } from './plot.ts'
import { median, percentileCurve, percentilesOf } from './statistics.ts'
import type { Sides } from './task-loads.ts'
import type { World } from './world.ts'

export type HalfLoad = { samples: Samples; chart: Chart; failed: number; raw: unknown }
const RESERVE = 0.5
// So that the 99th percentile of all rounds together is not their maximum.
const SAMPLES = 20

const figures = (turns: readonly Arrivals[]): string => {
  const { count, p50, p99, p999, max } = percentilesOf(turns.flatMap(t => t.latencies))
  return `${count} calls: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, p99.9 ${p999.toFixed(1)}, most ${max.toFixed(1)} ms`
}

/** Calls per second, turn by turn, that each side took by closed loop. */
export type Taken = { platform: readonly number[]; b1: readonly number[] }

/** Latency by open loop: each side at half of its own capacity (the median of its turns), in turns. */
export const atHalfLoad = async (
  world: World, name: string, { platform, b1 }: Sides, taken: Taken, settle: () => Promise<unknown> = async () => {},
): Promise<HalfLoad> => {
  const { plan: { rounds, seconds }, say } = world
  const [ours, theirs] = [median(taken.platform) * RESERVE, median(taken.b1) * RESERVE]
  const secondsFor = (rate: number): number => Math.max(seconds, Math.min(4 * seconds, SAMPLES / rate))
  say(`arrivals: platform ${ours.toFixed(0)}/s, B1 ${theirs.toFixed(0)}/s`)
  const turns = await inTurns(rounds, {
    platform: async () => {
      const arrivals = await openLoop(platform, ours, secondsFor(ours))
      await settle()
      return arrivals
    },
    b1: () => openLoop(b1, theirs, secondsFor(theirs)),
  }, say)
  const latencies = (all: readonly Arrivals[]): number[][] => all.map(a => a.latencies)
  const [mine, control] = [turns('platform'), turns('b1')]
  return {
    samples: {
      ...pooledSamples(all => percentilesOf(all).p99, latencies(mine), latencies(control)),
      beside: { [`platform at ${ours.toFixed(0)}/s`]: figures(mine), [`B1 at ${theirs.toFixed(0)}/s`]: figures(control) },
    },
    failed: [...mine, ...control].reduce((sum, a) => sum + a.failed, 0),
    chart: {
      name: `latency-${name}`, title: `${name}: latency at half load, open loop`,
      x: 'part of the calls', y: 'ms', xTick: nines => `${Number((100 * (1 - 10 ** -nines)).toFixed(3))} %`,
      series: [
        { name: 'platform', points: percentileCurve(mine.flatMap(a => a.latencies)) },
        { name: 'B1', points: percentileCurve(control.flatMap(a => a.latencies)) },
      ],
    },
    raw: { rates: { platform: ours, b1: theirs }, platform: mine.map(rounded), b1: control.map(rounded) },
  }
}

const rounded = (a: Arrivals): Arrivals => ({ ...a, latencies: a.latencies.map(l => Math.round(l * 100) / 100) })
