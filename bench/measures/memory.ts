import { liveHeapMB } from '../live-heap.ts'
import type { Load } from '../load.ts'
import { measure } from '../measure.ts'
import { openLoop } from '../open-loop.ts'
import { residentMB } from '../process-facts.ts'
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
const inMinutes = ({ samples }: Watched, from = 0): [number, number][] => samples.map(([at, mb]) => [from + at / MINUTE_MS, mb])
const last = ({ samples }: Watched): string => samples.at(-1)?.[1].toFixed(0) ?? '–'

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
    // A token does not live as long as this takes. The first minutes fill caches that are bounded.
    const fill = Math.floor(longMinutes / 4)
    const ofOurs = (minutes: number): Promise<Watched> => watch(minutes, sides.platform, rate, resident, platform.renew, say)
    const live = async (): Promise<number> => (longMinutes > 0 ? liveHeapMB(platform.stack.part('task').pid ?? 0) : 0)
    const first = await ofOurs(fill)
    const filled = await live()
    const rest = await ofOurs(longMinutes - fill)
    const kept = await live()
    await platform.settled()
    const bare = await watch(controlMinutes(longMinutes), sides.b0, bareRate, bareResident, async () => {}, say)
    return {
      figures: {
        'task service': {
          ours, control,
          beside: {
            ...(longMinutes > 0 && {
              'what its heap holds after a full collection': `${filled.toFixed(1)} MB after ${fill} min, ${kept.toFixed(1)} MB after ${longMinutes} min`,
              'resident under load for long': `${last(first)} MB, then ${last(rest)} MB; the control ${last(bare)} MB`,
            }),
          },
        },
      },
      charts: [{
        name: 'memory', title: 'Task service at half load', x: 'minutes', y: 'MB',
        series: [{ name: 'resident', points: [...inMinutes(first), ...inMinutes(rest, fill)] }, { name: 'control', points: inMinutes(bare) }],
      }],
      raw: { ours, control, first, rest, bare, live: { filled, kept } }, failed: failed + first.failed + rest.failed + bare.failed,
    }
  },
})
