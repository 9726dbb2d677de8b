import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProjectDeleted, projectEvents } from '../../../contracts/project/events.ts'
import type { CloudEvent } from '../../../contracts/feed.ts'
import { systemClock } from '../../clock.ts'
import type { memoryDapr } from '../../dapr/memory-dapr.ts'
import { Refused } from '../../decider.ts'
import { silentLogger } from '../../observe/log.ts'
import { consumer } from './consumer.ts'
import { on, Poison, type Received } from './handler.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { ConsumerStore } from '../store/store.ts'
import { producer } from '../test/producer.ts'

const consume = (sidecar: ReturnType<typeof memoryDapr>, handle: (event: Received) => Promise<void>, db: ConsumerStore = memoryStore()) =>
  consumer({ name: 'test', topics: [projectEvents], db, dapr: sidecar, clock: systemClock, logger: silentLogger, pollMs: 60_000, handlers: [on(ProjectDeleted, handle)] })

describe('a run of events', () => {
  const subjects = ['a', 'b', 'c', 'a', 'b', 'a', 'd', 'c', 'a', 'b', 'd', 'a', 'e', 'f', 'e', 'b']
  const fates = fc.array(fc.constantFrom('well', 'well', 'well', 'slowly', 'never'), { minLength: subjects.length, maxLength: subjects.length })

  it('keeps each aggregate in order and apart, and its checkpoint behind what is handled or parked, whatever fails and whatever is away in the middle', async () => {
    const { sidecar, events } = await producer(subjects, { partitions: 1 })
    await fc.assert(fc.asyncProperty(fates, fc.nat(events.length - 1), async (chosen, away) => {
      const store = memoryStore()
      const done = new Set<string>()
      const order = new Map<string, number[]>()
      const busy = new Set<string>()
      const wrong: string[] = []
      const parkedIds = async () => (await store.deadLetters({ consumer: 'test' })).map(l => Object(l.event).id)
      let out = 1
      const one = consume(sidecar, async ({ id, subject, version }) => {
        const fate = chosen[events.findIndex(e => e.id === id)]
        if (busy.has(subject)) wrong.push(`${subject} twice at a time`)
        busy.add(subject)
        await new Promise(resolve => { setTimeout(resolve, fate === 'slowly' ? 5 : 0) })
        busy.delete(subject)
        if (fate === 'never') throw new Poison('nobody can handle it')
        if (id === events[away]?.id && out-- > 0) throw new Refused('unavailable', 'mongo-down')
        if (done.has(id)) return
        done.add(id)
        order.set(subject, [...(order.get(subject) ?? []), version])
      }, {
        ...store,
        saveCheckpoint: async checkpoint => {
          const settled = new Set([...done, ...await parkedIds()])
          wrong.push(...events.filter(e => e.position < checkpoint.next && !settled.has(e.id)).map(e => `checkpoint before ${e.id}`))
          return store.saveCheckpoint(checkpoint)
        },
      })
      await one.caughtUp()
      // Of each aggregate all up to the first that fails is handled, in order; that one and what follows are parked.
      const failing = (event: CloudEvent) => events.some((e, i) => e.subject === event.subject && e.aggregateversion <= event.aggregateversion && chosen[i] === 'never')
      expect(wrong).toEqual([])
      expect([...done].toSorted()).toEqual(events.filter(e => !failing(e)).map(e => e.id).toSorted())
      expect((await parkedIds()).toSorted()).toEqual(events.filter(failing).map(e => e.id).toSorted())
      for (const versions of order.values()) expect(versions).toEqual(versions.toSorted((a, b) => a - b))
      await one.stop()
      expect((await store.checkpoint('test/project-events/0'))?.next).toBe((events.at(-1)?.position ?? 0) + 1)
    }), { numRuns: 20 })
  })
  it('goes to a batch in a handful of calls, however many events there are beside one that nobody can read and one that nobody can handle', async () => {
    const subjects = [
      ...Array.from({ length: 400 }, (_, i) => `s${i}`), 'unread', 'unread', 'failing', ...Array.from({ length: 97 }, (_, i) => `t${i}`),
    ]
    const { sidecar, events } = await producer(subjects, { partitions: 1 })
    const store = memoryStore()
    const done: string[] = []
    let calls = 0
    const mangled = { ...sidecar, invoke: async (...call: Parameters<typeof sidecar.invoke>) => {
      const answer = await sidecar.invoke(...call)
      const text = JSON.stringify(answer.body, (key, value: unknown) => (key === 'data' && JSON.stringify(value).includes('unread') ? {} : value))
      return { ...answer, body: JSON.parse(text) }
    } }
    const one = consumer({
      name: 'test', topics: [projectEvents], db: store, dapr: mangled, clock: systemClock, logger: silentLogger, pollMs: 60_000,
      batch: async received => {
        calls++
        if (received.some(e => e.subject === 'failing')) throw new Error('bug')
        done.push(...received.map(e => e.id))
      },
    })
    await one.caughtUp()
    expect(done.toSorted()).toEqual(events.filter(e => !['unread', 'failing'].includes(e.subject)).map(e => e.id).toSorted())
    const letters = (await store.deadLetters({ consumer: 'test' })).map(l => l.subject)
    const unread = events.filter(e => e.subject === 'unread').map(() => 'unread')
    expect(letters.toSorted()).toEqual(['failing', ...unread].toSorted())
    // Five tries each on the way to the one that fails.
    expect(calls).toBeLessThan(80)
  })
  it('is handled side by side, but never by more handlers than there are places', async () => {
    const { sidecar } = await producer(Array.from({ length: 150 }, (_, i) => `s${i}`), { partitions: 1 })
    let [now, most] = [0, 0]
    await consume(sidecar, async () => {
      most = Math.max(most, ++now)
      await new Promise(resolve => { setTimeout(resolve, 2) })
      now--
    }).caughtUp()
    expect(most).toBe(64)
  })
})
