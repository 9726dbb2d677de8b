import { closedLoop } from './closed-loop.ts'
import type { Load } from './load.ts'
import type { Skeleton } from './skeleton-stack.ts'
import { newTask } from './team.ts'
import type { Platform, World } from './world.ts'

/** The same call to three sides: the platform, the skeleton behind two sidecars (B1), and its handler alone (B0). */
export type Sides = { platform: Load; b1: Load; b0: Load }

const sides = (platform: Platform, skeleton: Skeleton, load: (path: 'ours' | 'control') => Omit<Load, 'url' | 'headers'>): Sides => ({
  platform: { url: platform.gateway, headers: platform.headers, ...load('ours') },
  b1: { url: skeleton.gateway, headers: platform.headers, ...load('control') },
  b0: { url: skeleton.bare, headers: platform.headers, ...load('control') },
})

export const creates = async (world: World): Promise<Sides> => {
  const [platform, skeleton] = [await world.platform(), await world.skeleton()]
  let n = 0
  const body = (): string => JSON.stringify({ projectId: platform.projectId, title: `Task ${++n}` })
  return sides(platform, skeleton, () => ({ method: 'POST', path: () => '/api/tasks', body }))
}

export const gets = async (world: World): Promise<Sides> => {
  const [platform, skeleton] = [await world.platform(), await world.skeleton()]
  const { token, projectId } = platform
  // Several tasks, so that no single document is hot everywhere.
  const ids = await Promise.all(Array.from({ length: 50 }, async () => ({
    ours: await newTask(platform.gateway, token, projectId),
    control: await newTask(skeleton.gateway, token, projectId),
  })))
  let n = 0
  return sides(platform, skeleton, side => ({ method: 'GET', path: () => `/api/tasks/${ids[n++ % ids.length]?.[side]}` }))
}

/** The most that a side takes, requests per second; looked for once in a run. */
export const capacity = (world: World, name: string, load: Load): Promise<number> => world.once(`capacity of ${name}`, async () => {
  await closedLoop(load, 1)
  return (await closedLoop(load, world.plan.seconds)).perSecond
})
