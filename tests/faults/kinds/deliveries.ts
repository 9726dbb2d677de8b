import { shuffled } from '../../../scripts/demo/random.ts'
import { appIds, type AppId } from '../../../services/shared/contracts/define.ts'
import { followers } from '../../../services/shared/contracts/topics.ts'
import type { CloudEvent } from '../../../services/shared/contracts/feed.ts'
import { producers, someEvents } from '../stack/documents.ts'
import type { Kind, Scene } from './kind.ts'

const lines = appIds.flatMap(consumer => (followers[consumer] ?? []).map(({ name, producer }) => ({ consumer, topic: name, producer })))
const MOST = 400

/** What the sidecar does, only worse: old events and new ones, some up to five times, in any order. Resolves to how many were taken. */
const deliver = async ({ platform: { stack }, chance }: Scene, consumer: AppId, topic: string, events: readonly CloudEvent[]): Promise<number> => {
  const many = events.flatMap(event => Array.from({ length: 1 + chance.below(5) }, () => event))
  const inAnyOrder = shuffled(many, chance)
  let taken = 0
  for (let i = 0; i < inAnyOrder.length; i += 20) {
    const entries = inAnyOrder.slice(i, i + 20).map((event, n) => ({ entryId: String(n), event: Buffer.from(JSON.stringify(event)).toString('base64') }))
    await fetch(`${stack.urls.service(consumer)}/dapr/events/${topic}`, {
      method: 'POST', body: JSON.stringify({ entries }), signal: AbortSignal.timeout(20_000),
      headers: { 'content-type': 'application/json', 'dapr-api-token': stack.tokens[consumer].app },
    }).then(async reply => { await reply.arrayBuffer(); if (reply.ok) taken += entries.length }, () => undefined)
  }
  return taken
}

/** Everything comes again, late and in another order. */
export const deliveries: readonly Kind[] = [{
  name: 'deliver twice, late, reordered',
  targets: () => lines.map(({ consumer, topic }) => `${consumer} ${topic}`),
  strike: async (scene, target) => {
    const line = lines.find(({ consumer, topic }) => `${consumer} ${topic}` === target)
    const producer = producers.find(p => p === line?.producer)
    if (!line || !producer) throw new Error(`nobody delivers ${target}`)
    const events = await someEvents(scene.platform.stack.secrets['mongodb-uri'] ?? '', producer, MOST, scene.chance)
    if (await deliver(scene, line.consumer, line.topic, events) === 0) return 'missed'
  },
}]
