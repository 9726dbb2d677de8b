import { shuffled } from '../../../scripts/demo/random.ts'
import { topics } from '../../../services/shared/contracts/topics.ts'
import type { CloudEvent } from '../../../services/shared/kit/events/relay/cloud-event.ts'
import { producers, someEvents } from '../stack/documents.ts'
import type { Kind, Scene } from './kind.ts'

const consumers = ['notification', 'analytics', 'task', 'gateway', 'user', 'ai'] as const
const MOST = 400

/** What the sidecar does, only worse: old events and new ones, some up to five times, in any order. */
const deliver = async ({ platform: { stack }, chance }: Scene, consumer: (typeof consumers)[number], topic: string, events: readonly CloudEvent[]): Promise<void> => {
  const many = events.flatMap(event => Array.from({ length: 1 + chance.below(5) }, () => event))
  const inAnyOrder = shuffled(many, chance)
  for (let i = 0; i < inAnyOrder.length; i += 20) {
    await Promise.all(inAnyOrder.slice(i, i + 20).map(event => fetch(`${stack.urls.service(consumer)}/dapr/events/${topic}`, {
      method: 'POST', body: JSON.stringify(event), signal: AbortSignal.timeout(20_000), headers: { 'content-type': 'application/cloudevents+json', 'dapr-api-token': stack.tokens[consumer].app },
    }).then(reply => reply.arrayBuffer(), () => undefined)))
  }
}

/** Everything comes again, late and in another order. */
export const deliveries: readonly Kind[] = [{
  name: 'deliver twice, late, reordered',
  targets: () => consumers,
  strike: async (scene, target) => {
    const consumer = consumers.find(c => c === target) ?? 'notification'
    const service = scene.chance.pick(['task', 'project', 'user'] as const)
    const events = await someEvents(scene.platform.stack.secrets['mongodb-uri'] ?? '', producers.find(p => p === service) ?? 'task', MOST, scene.chance)
    await deliver(scene, consumer, topics.find(t => t.producer === service)?.name ?? '', events)
  },
}]
