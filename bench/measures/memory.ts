import type { Load } from '../load.ts'
import { measure } from '../measure.ts'
import { openLoop } from '../open-loop.ts'
import { residentMB, slopePerHour } from '../process-facts.ts'
import { capacity, creates } from '../task-loads.ts'

const SAMPLE_S = 60
const MINUTE_MS = 60_000
/** The control, which keeps nothing, has reached its height by then. */
const controlMinutes = (minutes: number): number => Math.ceil(minutes / 6)

type Watched = { samples: [at: number, mb: number][]; failed: number }
/** A side under its load for so many minutes, and what its process takes after each. */
const watch = async (
  minutes: number, load: Load, rate: number, resident: () => number, before: () => Promise<void>, say: (text: string) => void,
): Promise<Watched> => {
  const watched: Watched = { samples: [], failed: 0 }
  for (const began = performance.now(); performance.now() - began < minutes * MINUTE_MS;) {
    await before()
    watched.failed += (await openLoop(load, rate, SAMPLE_S)).failed
    watched.samples.push([performance.now() - began, resident()])
    say(`${Math.round((performance.now() - began) / MINUTE_MS)} of ${minutes} min, ${resident().toFixed(0)} MB`)
  }
  return watched
}
const inMinutes = ({ samples }: Watched): [number, number][] => samples.map(([at, mb]) => [at / MINUTE_MS, mb])
const said = ({ samples }: Watched, upTo = samples.length): string => `${samples[upTo - 1]?.[1].toFixed(0)} MB after ${upTo} min`

export const memory = measure({
  name: 'memory', title: 'Memory at half load',
  estimate: ({ rounds, seconds, longMinutes }) => 8 + rounds * seconds * 2.5 + (longMinutes + controlMinutes(longMinutes)) * (SAMPLE_S + 1),
  figures: {
    'task service': {
      title: 'task service at half load, resident', unit: 'MB',
      control: 'bare Koa and driver at half of its own load', goal: { ratioAtMost: 1.6 }, better: 'less',
    },
  },
  run: async world => {
    const { plan: { rounds, seconds, longMinutes }, say } = world
    const [platform, skeleton, sides] = [await world.platform(), await world.skeleton(), await creates(world)]
    const rate = await capacity(world, 'create on the platform', sides.platform) / 2
    const bareRate = await capacity(world, 'create on B0', sides.b0) / 2
    await platform.settled()
    const ours: number[] = []
    const control: number[] = []
    let failed = 0
    const resident = (): number => residentMB(platform.stack.part('task').pid ?? 0)
    const bareResident = (): number => residentMB(skeleton.handler().pid ?? 0)
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}`)
      failed += (await openLoop(sides.platform, rate, seconds)).failed
      ours.push(resident())
      failed += (await openLoop(sides.b0, bareRate, seconds)).failed
      control.push(bareResident())
    }
    // A token does not live as long as this takes.
    const long = await watch(longMinutes, sides.platform, rate, resident, platform.renew, say)
    await platform.settled()
    const bare = await watch(controlMinutes(longMinutes), sides.b0, bareRate, bareResident, async () => {}, say)
    // The first minutes fill caches that are bounded.
    const steady = long.samples.slice(Math.floor(long.samples.length / 4))
    return {
      figures: {
        'task service': {
          ours, control,
          beside: {
            ...(steady.length > 1 && {
              'slope over the last three quarters': `${slopePerHour(steady).toFixed(1)} MB an hour`,
              'under load for long': `${said(long, bare.samples.length)}, ${said(long)}; the control ${said(bare)}`,
            }),
          },
        },
      },
      charts: [{
        name: 'memory', title: 'Task service at half load', x: 'minutes', y: 'MB',
        series: [{ name: 'resident', points: inMinutes(long) }, { name: 'control', points: inMinutes(bare) }],
      }],
      raw: { ours, control, long, bare }, failed: failed + long.failed + bare.failed,
    }
  },
})
