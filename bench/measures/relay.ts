import { randomUUID } from 'node:crypto'
import { connectDapr } from '../../services/shared/kit/dapr/connect.ts'
import type { PublishableEvent } from '../../services/shared/kit/dapr/dapr.ts'
import { mongoStore } from '../../services/shared/kit/events/store/mongo-store.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { callers } from '../closed-loop.ts'
import { counterLog } from '../counter-log.ts'
import { newGate } from '../gate.ts'
import { inTurns, measure } from '../measure.ts'
import { skeletonOffset } from '../skeleton-stack.ts'
import { openStore } from '../store.ts'
import type { World } from '../world.ts'

const FILLERS = 128
const AT_ONCE = 200
const LANES = 4
const control = 'raw Dapr bulk publish of the same events, 4 × 200 at once'

/** The kit's log behind two gates, and the same publishing without it. Each answers events per second. */
const benchOf = async (world: World) => {
  const { plan: { seconds }, say } = world
  const skeleton = await world.skeleton()
  const store = await openStore(skeleton)
  const dapr = connectDapr({ port: 3_503 + skeletonOffset, apiToken: skeleton.stack.tokens.project.dapr, appIdPrefix: skeleton.prefix })
  const [positions, publication] = [newGate(), newGate()]
  let [sent, heard] = [new Array<PublishableEvent>(), 0]
  skeleton.inbox.on('project-events', async () => { heard++; return 'SUCCESS' })
  const commits = mongoStore(store.db)
  const { log, count } = counterLog({
    db: { ...commits, addSegment: async segment => { await positions.pass(); return commits.addSegment(segment) } },
    publishBulk: async (topic, events) => {
      await publication.pass()
      sent.push(...events)
      return dapr.publishBulk(topic, events)
    },
  })
  await log.start()
  // What the subscriber still has to take must not be on the time of the next turn.
  const timed = async (work: () => Promise<void>): Promise<number> => {
    const began = performance.now()
    await work()
    const rate = sent.length / ((performance.now() - began) / 1000)
    await eventually(async () => heard >= sent.length, 30_000).catch(() => { say(`the subscriber heard ${heard} of ${sent.length}`) })
    heard = 0
    return rate
  }
  const held = async (gate: typeof positions): Promise<number> => {
    [sent, heard] = [[], 0]
    gate.shut()
    await callers(FILLERS, seconds * 0.4, () => count(randomUUID()))
    if (gate === publication) await log.positioned()
    return timed(() => { gate.open(); return log.settled() })
  }
  return {
    whole: () => held(positions),
    publishing: () => held(publication),
    /** Publishes again what the turn before it published. */
    raw: () => timed(async () => {
      const batches = Array.from({ length: Math.ceil(sent.length / AT_ONCE) }, (_, i) => sent.slice(i * AT_ONCE, (i + 1) * AT_ONCE))
      await Promise.all(Array.from({ length: LANES }, async () => {
        for (let batch = batches.pop(); batch; batch = batches.pop()) {
          const refused = await dapr.publishBulk('project-events', batch)
          if (refused.length) throw new Error('the broker did not take events')
        }
      }))
    }),
    events: () => sent.length,
    store,
    close: async () => {
      skeleton.inbox.on('project-events', undefined)
      await log.stop()
      await dapr.close()
      await store.close()
    },
  }
}

export const relay = measure({
  name: 'relay', title: 'Positioning and publishing what was appended', estimate: ({ rounds, seconds }) => 8 + rounds * (seconds * 0.8 + 9),
  figures: {
    events: { title: 'relay (position and publish), events/s', unit: '/s', control, goal: { ratioAtLeast: 0.8 }, better: 'more' },
    'publication alone': { title: 'publishing what has its position, events/s', unit: '/s', control, goal: {}, better: 'more', aside: true },
  },
  run: async world => {
    const bench = await benchOf(world)
    await bench.whole()
    await bench.raw()
    const turns = await inTurns(world.plan.rounds, {
      pair: async () => ({
        publishing: await bench.publishing(), rawOfThat: await bench.raw(),
        whole: await bench.whole(), events: bench.events(), raw: await bench.raw(),
      }),
    }, world.say)
    const insertMany = await callers(1, 1, () => bench.store.insertMany(AT_ONCE)) * AT_ONCE
    await bench.close()
    const pairs = turns('pair')
    return {
      figures: {
        events: {
          ours: pairs.map(p => p.whole), control: pairs.map(p => p.raw),
          beside: {
            'events in a turn': pairs.map(p => p.events).join(', '),
            'store’s own insertMany of 200 (a position is a second insert of each commit)': `${insertMany.toFixed(0)}/s`,
          },
        },
        'publication alone': { ours: pairs.map(p => p.publishing), control: pairs.map(p => p.rawOfThat) },
      },
      raw: pairs,
    }
  },
})
