import { closedLoop } from './closed-loop.ts'
import type { Load } from './load.ts'
import type { Plan } from './plan.ts'
import { creates, gets } from './task-loads.ts'
import type { World } from './world.ts'

// Measured: the gateway has gone through about 30,000 calls when its last hot function is compiled for good; creates level off at half of that.
const TURNS = { gets: 16, creates: 8 }

/** Seconds that `warmed` takes. */
export const warmingSeconds = ({ seconds }: Plan): number => (2 * TURNS.gets + 3 * TURNS.creates) * seconds + 10

/**
 * Lets every side run as long as it takes its engine to compile it: what a service costs is what it costs for weeks, not in its first minute.
 * Once in a run; ours and the controls for the same time.
 */
export const warmed = async (world: World): Promise<void> => {
  await world.once('warm', async () => {
    const { plan: { seconds }, say } = world
    const warm = async (name: string, load: Load, turns: number): Promise<void> => {
      const first = await closedLoop(load, seconds)
      await closedLoop(load, (turns - 2) * seconds)
      const last = await closedLoop(load, seconds)
      say(`warm: ${name}, ${first.perSecond.toFixed(0)}/s at first, ${last.perSecond.toFixed(0)}/s after ${turns * seconds} s`)
    }
    const [create, get] = [await creates(world), await gets(world)]
    await warm('create on the platform', create.platform, TURNS.creates)
    await warm('create on B1', create.b1, TURNS.creates)
    await warm('create on B0', create.b0, TURNS.creates)
    await warm('get on the platform', get.platform, TURNS.gets)
    await warm('get on B1', get.b1, TURNS.gets)
    return (await world.platform()).settled()
  })
}
