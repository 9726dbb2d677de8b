import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { brokerOf, comeUp, services } from '../stack/platform.ts'
import { between, nobodyThere, pause, type Kind, type Scene } from './kind.ts'

/** So long in a long run every fourth time. */
export const LONG_ABSENCE_MS = 60_000
const whileMs = ({ chance, short }: Scene): number => (short ? between(chance, 3_000, 7_000) : chance.below(4) === 0 ? LONG_ABSENCE_MS : between(chance, 4_000, 16_000))
const stores = (events: 'redis' | 'kafka'): string[] => [brokerOf(events), 'documents', 'postgres', 'state', 'scheduler', 'placement', 'sentry']
const sidecars = services.map(service => `${service}-sidecar`)

/** Parts that are gone for a while, that stand still, or that lose everything they had. */
export const absences: readonly Kind[] = [
  {
    name: 'stop a part for a while',
    targets: ({ events }) => [...stores(events), ...services, ...sidecars],
    excuses: nobodyThere,
    strike: async (scene, target) => {
      await scene.platform.part(target).stop('SIGKILL')
      await pause(whileMs(scene))
      await comeUp(scene.platform.part(target))
    },
  },
  {
    name: 'hold a part (SIGSTOP)',
    // Not the gateway: where nobody listens, nobody can answer.
    targets: ({ events }) => [...stores(events), ...services.filter(service => service !== 'gateway'), ...sidecars],
    strike: async (scene, target) => {
      scene.platform.hold(target)
      await pause(whileMs(scene))
      scene.platform.release(target)
    },
  },
  {
    name: 'pause a consumer',
    targets: () => ['notification', 'analytics'],
    strike: async (scene, target) => {
      scene.platform.hold(target)
      await pause(whileMs(scene))
      scene.platform.release(target)
    },
  },
  {
    name: 'wipe the broker',
    targets: ({ events }) => [brokerOf(events)],
    strike: async ({ platform, chance }, target) => {
      await platform.part(target).stop('SIGKILL')
      await rm(join(platform.home, 'data', target), { recursive: true, force: true })
      await pause(between(chance, 0, 2_000))
      await comeUp(platform.part(target))
    },
  },
]
