import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultOrder } from '../../../services/shared/kit/fault-points.ts'
import { comeUp, type Platform } from '../stack/platform.ts'
import { between, pause, type Kind, type Scene } from './kind.ts'

const orders = ({ home }: Platform, service: string): string => join(home, 'faults', `${service}.json`)
const lay = (platform: Platform, service: string, order: FaultOrder): void => { writeFileSync(orders(platform, service), JSON.stringify(order)) }
const WAIT_MS = 20_000
const SHORT_WAIT_MS = 6_000

/** The service dies at a named point, the n-th time from now that it passes there; its supervisor starts it again. */
const dieAt = async ({ platform, chance, errand, short }: Scene, service: string, point: string, most: number): Promise<'missed' | void> => {
  const patience = short ? SHORT_WAIT_MS : WAIT_MS
  const part = platform.part(service)
  const before = part.restarts
  lay(platform, service, { point, pass: 1 + chance.below(short ? Math.ceil(most / 3) : most) })
  errand(service)
  for (let waited = 0; part.restarts === before && waited < patience; waited += 50) await pause(50)
  if (part.restarts === before) {
    lay(platform, service, {})
    return 'missed'
  }
  for (let waited = 0; part.state !== 'ready' && waited < WAIT_MS; waited += 50) await pause(50)
}
const both = (...names: string[]): string[] => names.flatMap(name => [`${name}.before`, `${name}.after`])

const points = (name: string, services: readonly string[], where: readonly string[], most: number): Kind => ({
  name: `die at: ${name}`,
  mayMiss: true,
  targets: () => services.flatMap(service => where.map(point => `${service} ${point}`)),
  strike: async (scene, target) => {
    const [service = '', point = ''] = target.split(' ')
    return dieAt(scene, service, point, most)
  },
})

/** Each named point of the way of a command and of a saga, before and after. */
export const namedPoints: readonly Kind[] = [
  points('append', ['task', 'project', 'user'], both('store.append'), 6),
  points('position', ['task', 'project'], both('store.addSegment'), 6),
  points('projection', ['task', 'project'], both('store.documents.put'), 6),
  points('publish', ['task', 'project', 'user'], both('dapr.publishBulk'), 6),
  points('mark', ['task', 'project'], both('store.saveWriter'), 2),
  points('checkpoint', ['notification', 'task', 'analytics'], both('store.saveCheckpoint'), 8),
  points('saga step', ['project', 'user'], both('dapr.actors.transact', 'dapr.actors.remind', 'sagas.save'), 4),
  points('saga order', ['project', 'user'], both('dapr.invoke', 'dapr.actors.invoke'), 4),
  points('saga start', ['project', 'user'], both('sagas.open'), 2),
]

/** One service's clock runs an hour ahead or behind, and goes right again later. */
export const clocks: readonly Kind[] = [{
  name: 'clock an hour off',
  targets: () => ['notification', 'analytics', 'ai', 'project', 'task', 'user'],
  // By its own clock a token has run out.
  excuses: () => [401],
  strike: async ({ platform, chance, short }, target) => {
    // The process that runs would take the order, and to it the clock in it says nothing.
    await platform.part(target).stop('SIGKILL')
    lay(platform, target, { clockOffsetMs: chance.pick([3_600_000, -3_600_000]) })
    await comeUp(platform.part(target))
    if (existsSync(orders(platform, target))) throw new Error(`${target} did not take its clock`)
    await pause(between(chance, 2_000, short ? 4_000 : 15_000))
    await platform.restart(target)
  },
}]
