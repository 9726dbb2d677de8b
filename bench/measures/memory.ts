import { measure } from '../measure.ts'
import { openLoop } from '../open-loop.ts'
import { residentMB, slopePerHour } from '../process-facts.ts'
import { capacity, creates } from '../task-loads.ts'

const HOUR_MS = 3_600_000
const SAMPLE_S = 60

export const memory = measure({
  name: 'memory', title: 'Memory at half load', estimate: ({ rounds, seconds, long }) => 8 + rounds * seconds * 2.5 + (long ? HOUR_MS / 1000 : 0),
  figures: {
    'task service': {
      title: 'task service at half load, resident', unit: 'MB',
      control: 'bare Koa and driver at half of its own load', goal: { ratioAtMost: 1.6 }, better: 'less',
    },
  },
  run: async world => {
    const { plan: { rounds, seconds, long }, say } = world
    const [platform, skeleton, sides] = [await world.platform(), await world.skeleton(), await creates(world)]
    const rate = await capacity(world, 'create on the platform', sides.platform) / 2
    const bareRate = await capacity(world, 'create on B0', sides.b0) / 2
    await platform.settled()
    const ours: number[] = []
    const control: number[] = []
    let failed = 0
    const resident = (): number => residentMB(platform.stack.part('task').pid ?? 0)
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}`)
      failed += (await openLoop(sides.platform, rate, seconds)).failed
      ours.push(resident())
      failed += (await openLoop(sides.b0, bareRate, seconds)).failed
      control.push(residentMB(skeleton.handler().pid ?? 0))
    }
    const hour: [number, number][] = []
    const began = performance.now()
    while (long && performance.now() - began < HOUR_MS) {
      failed += (await openLoop(sides.platform, rate, SAMPLE_S)).failed
      hour.push([performance.now() - began, resident()])
      say(`${Math.round((performance.now() - began) / 60_000)} of 60 min, ${resident().toFixed(0)} MB`)
    }
    await platform.settled()
    // The first minutes fill caches that are bounded.
    const steady = hour.filter(([at]) => at > HOUR_MS / 4)
    return {
      figures: {
        'task service': {
          ours, control,
          beside: { ...(steady.length > 1 && { 'slope over the last three quarters of an hour': `${slopePerHour(steady).toFixed(1)} MB an hour` }) },
        },
      },
      charts: [{
        name: 'memory', title: 'Task service at half load', x: 'minutes', y: 'MB',
        series: [{ name: 'resident', points: hour.map(([at, mb]): [number, number] => [at / 60_000, mb]) }],
      }],
      raw: { ours, control, hour }, failed,
    }
  },
})
