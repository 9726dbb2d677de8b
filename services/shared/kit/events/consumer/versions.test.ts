import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { event, topic } from '../../../contracts/define.ts'
import { ProjectDeleted, projectEvents } from '../../../contracts/project/events.ts'
import { systemClock } from '../../clock.ts'
import { silentLogger } from '../../observe/log.ts'
import { memoryStore } from '../store/memory-store.ts'
import { producer } from '../test/producer.ts'
import { consumer, type ConsumerOptions } from './consumer.ts'
import { on } from './handler.ts'

const Second = event('ProjectDeleted', 2, z.object({ projectId: z.string(), why: z.string() }), { from: { older: ProjectDeleted, lift: data => ({ ...data, why: 'not said' }) } })
const Third = event('ProjectDeleted', 3, z.object({ id: z.string(), why: z.string() }), { from: { older: Second, lift: ({ projectId, why }) => ({ id: projectId, why }) } })
const topicOf = (...events: Parameters<typeof topic>[2]) => topic(projectEvents.name, 'project', events)

const reading = async (known: ReturnType<typeof topicOf>, work: Pick<ConsumerOptions, 'handlers' | 'batch'>) => {
  const { sidecar, events } = await producer(['a', 'b'], { partitions: 1 })
  const { handlers = [], batch } = work
  const one = consumer({
    name: 'test', topics: [known], db: memoryStore(), dapr: sidecar, clock: systemClock, logger: silentLogger, pollMs: 60_000,
    ...(batch ? { batch } : { handlers }),
  })
  await one.caughtUp()
  return { one, events }
}

describe('an event of an older version', () => {
  it.each([
    ['the newest alone is in the topic', topicOf(Third)],
    ['all of them are', topicOf(ProjectDeleted, Second, Third)],
  ])('comes to a handler in the shape of its version: %s', async (_, known) => {
    const seen: unknown[] = []
    const { one } = await reading(known, { handlers: [on(Third, async ({ data }) => { seen.push(data) }), on(ProjectDeleted, async ({ data }) => { seen.push(data) })] })
    expect(seen).toHaveLength(4)
    expect(seen).toEqual(expect.arrayContaining(['a', 'b'].flatMap(id => [{ id, why: 'not said' }, { projectId: id }])))
    expect(one.gauges().parked).toBe(0)
  })
  it('comes to a batch in the newest shape', async () => {
    const seen: unknown[] = []
    await reading(topicOf(Third), { batch: async events => { seen.push(...events.map(({ data }) => data)) } })
    expect(seen).toEqual([{ id: 'a', why: 'not said' }, { id: 'b', why: 'not said' }])
  })
  it('waits as a dead letter when it cannot be lifted, and so does one of a version that is not known', async () => {
    const Torn = event('ProjectDeleted', 2, z.object({}), { from: { older: event('ProjectDeleted', 1, z.object({ other: z.string() })), lift: () => ({}) } })
    const { one, events } = await reading(topicOf(Torn), { handlers: [on(Torn, async () => {})] })
    await one.deliver({ ...events[0], id: 'new', subject: 'c', dataversion: 4, position: 99, previous: events.at(-1)?.position }, projectEvents.name)
    await expect.poll(() => one.gauges()).toMatchObject({ lag: 0, parked: 3 })
    const reasons = (await one.deadLetters.list({ limit: 10 })).map(({ reason }) => reason)
    expect(reasons.filter(reason => reason.includes('does not have the shape of its contract: other'))).toHaveLength(2)
    expect(reasons.filter(reason => reason.includes('version 4 is not known here (2, 1)'))).toHaveLength(1)
  })
})
