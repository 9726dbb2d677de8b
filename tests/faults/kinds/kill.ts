import { brokerOf, services } from '../stack/platform.ts'
import { nobodyThere, type Kind, type Scene } from './kind.ts'

const restart = ({ platform }: Scene, target: string): Promise<void> => platform.restart(target)
const kill = (what: string, targets: Kind['targets']): Kind => ({ name: `kill ${what}`, targets, strike: restart, alone: true, timed: true, excuses: nobodyThere })

/** kill -9, and the supervisor's start right after it. */
export const kills: readonly Kind[] = [
  kill('a service', () => services),
  kill('a sidecar', () => services.map(service => `${service}-sidecar`)),
  kill('placement or scheduler', () => ['placement', 'scheduler', 'sentry']),
  kill('the broker', ({ events }) => [brokerOf(events)]),
  kill('the document store', () => ['documents']),
  kill('its backend', () => ['postgres']),
  kill('the state store', () => ['state']),
]
