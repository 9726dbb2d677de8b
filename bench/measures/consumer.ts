import { randomUUID } from 'node:crypto'
import type { CloudEvent } from '../../services/shared/contracts/feed.ts'
import { ProjectDeleted, projectEvents } from '../../services/shared/contracts/project/events.ts'
import { systemClock } from '../../services/shared/kit/clock.ts'
import { connectDapr } from '../../services/shared/kit/dapr/connect.ts'
import type { Dapr } from '../../services/shared/kit/dapr/dapr.ts'
import { consumer as newConsumer } from '../../services/shared/kit/events/consumer/consumer.ts'
import { on } from '../../services/shared/kit/events/consumer/handler.ts'
import { insertTogether } from '../../services/shared/kit/mongo/insert.ts'
import { silentLogger } from '../../services/shared/kit/observe/log.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { inTurns, measure } from '../measure.ts'
import { skeletonOffset } from '../skeleton-stack.ts'
import { openStore } from '../store.ts'

const PARTITIONS = 4
const AT_ONCE = 200
// Enough that a turn takes about as long as it should: what begins and ends it must not be what is measured.
const EVENTS_PER_SECOND = 3_000

/** A producer's events by partition, numbered as its log would. */
const producer = () => {
  const feed = Array.from({ length: PARTITIONS }, () => new Array<CloudEvent>())
  const next = (n: number): CloudEvent => {
    const partition = n % PARTITIONS
    const own = feed[partition] ?? []
    const [projectId, position] = [randomUUID(), own.length]
    const event: CloudEvent = {
      specversion: '1.0', id: `org/project/${projectId}:1#0`, source: 'project', type: ProjectDeleted.type, subject: projectId,
      time: systemClock.now(), datacontenttype: 'application/json', data: { projectId }, dataversion: 1,
      organizationid: 'org', partition, position, previous: position - 1, aggregateversion: 1, actor: 'u', correlationid: 'k',
    }
    own.push(event)
    return event
  }
  return {
    more: (count: number): CloudEvent[] => Array.from({ length: count }, (_, n) => next(n)),
    heads: () => ({ heads: feed.map(own => own.length) }),
    page: (partition: number, after: number, limit: number) => {
      const own = feed[partition] ?? []
      return { events: own.slice(after + 1, after + 1 + limit), head: own.length }
    },
  }
}
const publish = async (dapr: Dapr, topic: string, events: readonly CloudEvent[]): Promise<void> => {
  for (let i = 0; i < events.length; i += AT_ONCE) {
    const refused = await dapr.publishBulk(topic, events.slice(i, i + AT_ONCE))
    if (refused.length) throw new Error('the broker did not take events')
  }
}

export const consumer = measure({
  name: 'consumer', title: 'Consuming events', estimate: ({ rounds, seconds }) => 5 + rounds * seconds * 2.5,
  figures: {
    events: {
      title: 'consumer with one insert for each event, events/s', unit: '/s',
      control: 'raw Dapr subscriber that only acknowledges', goal: { ratioAtLeast: 0.7 }, better: 'more',
    },
  },
  run: async world => {
    const { plan: { rounds, seconds }, say } = world
    const skeleton = await world.skeleton()
    const store = await openStore(skeleton)
    const sidecar = (app: 'task' | 'project' | 'notification', port: number): Dapr =>
      connectDapr({ port: port + skeletonOffset, apiToken: skeleton.stack.tokens[app].dapr, appIdPrefix: skeleton.prefix })
    const [task, project, own] = [sidecar('task', 3_502), sidecar('project', 3_503), sidecar('notification', 3_504)]
    const source = producer()
    skeleton.inbox.answer(({ path, query }) => path.endsWith('/heads')
      ? source.heads()
      : source.page(Number(query['partition']), Number(query['after']), Number(query['limit'] ?? AT_ONCE)))
    const seen = store.db.collection<{ _id: string }>('seen')
    const remember = insertTogether(() => seen)
    let [handled, heard] = [0, 0]
    const consuming = newConsumer({
      name: 'bench', topics: [projectEvents],
      handlers: [on(ProjectDeleted, async ({ id }) => { await remember({ _id: id }); handled++ })],
      db: store.db, dapr: own, clock: systemClock, logger: silentLogger,
    })
    skeleton.inbox.on('project-events', consuming.deliver)
    skeleton.inbox.on('task-events', async () => { heard++; return 'SUCCESS' })
    await consuming.start()
    const timed = async (count: number, send: () => Promise<void>, done: () => number): Promise<number> => {
      const [began, before] = [performance.now(), done()]
      await send()
      // Asked often: the end of a turn must not wait for the next look.
      const late = performance.now() + 60_000
      while (done() - before < count && performance.now() < late) await new Promise(resolve => { setTimeout(resolve, 2) })
      if (done() - before < count) throw new Error(`${done() - before} of ${count} events came`)
      return count / ((performance.now() - began) / 1000)
    }
    const count = Math.max(AT_ONCE, Math.round(EVENTS_PER_SECOND * seconds))
    const ours = async (): Promise<number> => {
      const events = source.more(count)
      return timed(count, () => publish(project, 'project-events', events), () => handled)
    }
    const strangers = producer()
    const raw = async (): Promise<number> => {
      const events = strangers.more(count)
      return timed(count, () => publish(task, 'task-events', events), () => heard)
    }
    await ours()
    await raw()
    const turns = await inTurns(rounds, { ours, raw }, say)
    await eventually(async () => consuming.gauges().lag === 0)
    await consuming.stop()
    skeleton.inbox.on('project-events', undefined)
    skeleton.inbox.on('task-events', undefined)
    skeleton.inbox.answer(undefined)
    await Promise.all([task, project, own].map(dapr => dapr.close()))
    await store.close()
    return { figures: { events: { ours: turns('ours'), control: turns('raw'), beside: { 'events in a turn': String(count) } } } }
  },
})
