import { trace } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { ProjectDeleted, projectEvents } from '../../../contracts/project/events.ts'
import { systemClock } from '../../clock.ts'
import { Refused } from '../../decider.ts'
import { currentContext, inContext } from '../../observe/context.ts'
import { createLogger } from '../../observe/log.ts'
import { inWork, recordSpans, type Parent } from '../../observe/trace.ts'
import { newSpanId, newTraceId, traceparentOf } from '../../observe/traceparent.ts'
import { memoryStore } from '../store/memory-store.ts'
import { producer } from '../test/producer.ts'
import { consumer } from './consumer.ts'
import type { Work } from './delivery.ts'
import { on, Poison, type Received } from './handler.ts'

type Recorded = { name: string; kind: string; traceId: string; spanId: string; parent: Parent | undefined }
const record = (): readonly Recorded[] => {
  const spans: Recorded[] = []
  recordSpans({
    start: (name, kind, parent) => {
      const ids = { traceId: parent?.traceId ?? newTraceId(), spanId: newSpanId() }
      spans.push({ name, kind, parent, ...ids })
      return trace.wrapSpanContext({ ...ids, traceFlags: 1 })
    },
    stop: async () => {},
  })
  return spans
}
afterEach(() => { recordSpans(undefined) })

const request = () => ({ traceId: newTraceId(), spanId: newSpanId(), sampled: true, correlationId: 'k1' })
const handlers = (handle: (event: Received) => Promise<void>) => ({ handlers: [on(ProjectDeleted, handle)] })

/** Delivers an event of each subject, each of another request, in one go and inside a request that has to do with none of them. */
const deliver = async (subjects: readonly string[], work: Work) => {
  const { sidecar, events } = await producer(subjects, { partitions: 1 })
  const lines: Record<string, unknown>[] = []
  const logger = createLogger({ service: 'test', destination: { write: line => { lines.push(JSON.parse(line)) } } })
  const one = consumer({ ...work, name: 'test', topics: [projectEvents], db: memoryStore(), dapr: sidecar, clock: systemClock, logger, pollMs: 60_000 })
  const requests = events.map(request)
  await inContext(request(), async () => {
    // A sidecar that traces has written a trace of its own over the other attribute.
    await Promise.all(events.map((event, i) => one.deliver(
      { ...event, requesttrace: traceparentOf(requests[i]!), traceparent: traceparentOf(request()) }, projectEvents.name,
    )))
  })
  await one.caughtUp()
  await one.stop()
  return { requests, lines }
}

describe('what an event leads to', () => {
  it('is a span of its consumer below the request that made the event, and what the handler calls hangs on that span', async () => {
    const spans = record()
    const { requests: [first, second] } = await deliver(['a', 'b'], handlers(async ({ subject }) => {
      expect(currentContext()).toMatchObject({ correlationId: 'k1', organizationId: 'org' })
      await inWork(`call for ${subject}`, 'client', {}, async () => {})
    }))
    const named = (name: string, traceId = '') => spans.find(span => span.name === name && span.traceId === traceId)
    for (const [subject, made] of [['a', first], ['b', second]] as const) {
      const handled = named('test ProjectDeleted', made?.traceId)
      expect(handled).toMatchObject({ kind: 'consumer', parent: { spanId: made?.spanId } })
      expect(named(`call for ${subject}`, made?.traceId)).toMatchObject({ kind: 'client', parent: { spanId: handled?.spanId } })
    }
  })
  it('is one span for all of a batch, in a trace of its own unless the batch is one event', async () => {
    const spans = record()
    const seen: unknown[] = []
    const batch = async (): Promise<void> => { seen.push(currentContext()?.spanId) }
    await deliver(['a', 'b', 'c'], { batch })
    const { requests } = await deliver(['d'], { batch })
    const ofConsumer = spans.filter(({ kind }) => kind === 'consumer')
    expect(ofConsumer.map(({ name, parent }) => [name, parent?.spanId]))
      .toEqual([['test project-events', undefined], ['test ProjectDeleted', requests[0]?.spanId]])
    expect(seen).toEqual(ofConsumer.map(({ spanId }) => spanId))
  })
})

describe('a log line', () => {
  it('that an event became a dead letter is of the event\'s trace and organization, whoever delivered it', async () => {
    const { requests, lines } = await deliver(['a', 'b'], handlers(async ({ subject }) => { if (subject === 'b') throw new Poison('nobody can handle it') }))
    expect(lines).toEqual([expect.objectContaining({ message: 'an event became a dead letter', traceId: requests[1]?.traceId, organizationId: 'org' })])
  })
  it('that a partition waits is of no trace: all that follows waits', async () => {
    let away = true
    const { lines } = await deliver(['a', 'b'], handlers(async () => {
      if (!away) return
      away = false
      throw new Refused('unavailable', 'mongo-down')
    }))
    expect(lines.map(({ message, traceId }) => [message, traceId])).toEqual([['a partition waits', undefined]])
  })
})
