import Router from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import { pause } from '../waiting.ts'
import type { ActorHost } from './actor-host.ts'
import { actorRoutes } from './actor-routes.ts'
import { components } from './connect.ts'
import type { JobHandler } from './jobs.ts'
import { rawJson } from './raw-json.ts'

/**
 * What the broker is told about an event: done, or again later. Never Dapr's DROP, for the consumer keeps its own dead letters,
 * and a sidecar that makes a delivery again without what was done falls over one (1.18).
 */
export type Delivery = 'SUCCESS' | 'RETRY'
/** A consumer as the app contract sees it. `deliver` gets the raw CloudEvent (unchecked); a throw is RETRY. */
export type Subscriber = {
  topics: readonly { readonly name: string }[]
  /**
   * How long the sidecar may hold an event so that others share its delivery, ms. Its clock ticks so often even when nothing comes,
   * which an idle machine feels; by default a quarter of the pace.
   */
  gatherMs?: number
  /** While events keep coming, their deliveries follow each other no sooner than this, ms, so that each brings many. The first after a rest is not held. */
  paceMs?: number
  deliver(event: unknown, topic: string): Promise<Delivery>
}

export type AppContract = {
  subscribers?: readonly Subscriber[]
  actors?: readonly ActorHost[]
  jobs?: readonly JobHandler[]
  onError?: (error: unknown, where: string) => void
}

// Own routes instead of the SDK's DaprServer: that one is Express and acknowledges events whose handler threw (js-sdk issue 720).
/** What the sidecar asks of this app: configuration, subscriptions, events, actors and jobs. A handler that throws is never an acknowledgement. */
export const appContract = ({ subscribers = [], actors = [], jobs = [], onError = () => {} }: AppContract): Router => {
  const router = new Router()
  router.get('/dapr/config', ctx => {
    // A drain above 24 s freezes placement for every app of the namespace; a turn of ours takes far less.
    ctx.body = {
      entities: actors.map(a => a.type), actorIdleTimeout: '10m',
      drainOngoingCallTimeout: '10s', drainRebalancedActors: true, reentrancy: { enabled: false },
    }
  })
  const topics = [...new Set(subscribers.flatMap(s => s.topics.map(t => t.name)))]
  const subscribersOf = (topic: string): Subscriber[] => subscribers.filter(s => s.topics.some(t => t.name === topic))
  const least = (topic: string, ms: (subscriber: Subscriber) => number): number => Math.min(...subscribersOf(topic).map(ms))
  router.get('/dapr/subscribe', ctx => {
    ctx.body = topics.map(topic => ({
      pubsubname: components.pubsub, topic, routes: { rules: [], default: `/dapr/events/${topic}` }, deadLetterTopic: 'dead-letters',
      // The sidecar hands on what it need not read.
      metadata: { rawPayload: 'true' },
      // One request for many events: a request costs both sides more than an event. While one is answered, the next gathers by itself.
      bulkSubscribe: { enabled: true, maxMessagesCount: FULL, maxAwaitDurationMs: least(topic, s => s.gatherMs ?? Math.ceil(paceOf(s) / 4)) },
    }))
  })
  for (const topic of topics) {
    const interested = subscribersOf(topic)
    const rest = pacing(least(topic, paceOf))
    router.post(`/dapr/events/${topic}`, async ctx => {
      await rest(await deliver(ctx, topic, interested, onError))
    })
  }
  for (const job of jobs)
    router.post(`/job/${job.name}`, async ctx => {
      try {
        await job.run(await rawJson(ctx.req))
        ctx.status = 200
      } catch (error) {
        onError(error, `job ${job.name}`)
        ctx.status = 500
      }
    })
  router.use(actorRoutes(actors, onError).routes())
  return router
}

const FULL = 100
const paceOf = ({ paceMs = 50 }: Subscriber): number => paceMs
/** The sidecar brings nothing more of a topic before it has its answer: holding the answer back lets events gather there. */
const pacing = (ms: number): ((events: number) => Promise<void>) => {
  let answered = -Infinity
  return async events => {
    const left = answered + ms - performance.now()
    if (left > 0 && events < FULL) await pause(left)
    answered = performance.now()
  }
}

/** An event as a bulk brings it: what the broker has, in base64. What cannot be read stays as it is: the consumer keeps it. */
const eventIn = (given: unknown): unknown => {
  if (typeof given !== 'string') return given
  const text = Buffer.from(given, 'base64').toString()
  try { return JSON.parse(text) } catch { return text }
}
const Bulk = z.object({ entries: z.array(z.object({ entryId: z.string(), event: z.unknown() })) })

/** Answers a delivery; resolves to how many events it brought. */
const deliver = async (ctx: Context, topic: string, subscribers: readonly Subscriber[], onError: NonNullable<AppContract['onError']>): Promise<number> => {
  const each = async (event: unknown): Promise<Delivery> => {
    try {
      // Several consumers of one app share the delivery: it is done when all are; those that were done already see a duplicate.
      const answers = await Promise.all(subscribers.map(s => s.deliver(event, topic)))
      return answers.includes('RETRY') ? 'RETRY' : 'SUCCESS'
    } catch (error) {
      onError(error, `event of ${topic}`)
      return 'RETRY'
    }
  }
  try {
    const given = await rawJson(ctx.req)
    const bulk = Bulk.safeParse(given)
    ctx.body = bulk.success
      ? { statuses: await Promise.all(bulk.data.entries.map(async ({ entryId, event }) => ({ entryId, status: await each(eventIn(event)) }))) }
      : { status: await each(given) }
    return bulk.success ? bulk.data.entries.length : 1
  } catch (error) {
    onError(error, `event of ${topic}`)
    ctx.body = { status: 'RETRY' }
    return 1
  }
}
