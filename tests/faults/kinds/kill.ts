import { services } from '../stack/platform.ts'
import { brokerOf } from '../stack/platform.ts'
import type { Kind, Scene } from './kind.ts'

const restart = ({ platform }: Scene, target: string): Promise<void> => platform.restart(target)
const kill = (what: string, targets: Kind['targets']): Kind => ({ name: `kill ${what}`, targets, strike: restart, alone: true })

/** kill -9, and the supervisor's start right after it. */
export const kills: readonly Kind[] = [
  kill('a service', () => services),
  kill('a sidecar', () => ['gateway-sidecar', 'user-sidecar', 'task-sidecar', 'project-sidecar', 'notification-sidecar', 'analytics-sidecar', 'ai-sidecar']),
  kill('placement or scheduler', () => ['placement', 'scheduler', 'sentry']),
  kill('the broker', ({ events }) => [brokerOf(events)]),
  kill('the document store', () => ['documents']),
  kill('its backend', () => ['postgres']),
  kill('the state store', () => ['state']),
]
