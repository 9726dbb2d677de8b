import type { CloudEvent } from '../../contracts/feed.ts'
import { parseTraceparent } from '../observe/traceparent.ts'
import { canonicalJson } from './commit.ts'
import { createHash } from 'node:crypto'
import type { ConsumerStore, DeadLetter } from './store.ts'

export type Parking = ReturnType<typeof parking>
const MANY = 10_000

/** Which aggregates of a consumer wait behind a dead letter, and the letters themselves. */
export const parking = ({ store, consumer, now }: { store: ConsumerStore; consumer: string; now: () => string }) => {
  let parked = new Set<string>()
  const turns = new Map<string, Promise<unknown>>()
  const keyOf = ({ topic, subject }: { topic: string; subject: string }): string => `${topic} ${subject}`
  /** Parking and replaying of one aggregate take turns, so that nothing slips between them. */
  const serial = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(key) ?? Promise.resolve()).then(work, work)
    turns.set(key, turn)
    const done = (): void => { if (turns.get(key) === turn) turns.delete(key) }
    turn.then(done, done)
    return turn
  }
  const letterOf = (topic: string, event: CloudEvent, reason: string, attempts: number, behind: string | null): DeadLetter => ({
    id: `${consumer}~${topic}~${event.id}`, consumer, topic, partition: event.partition, position: event.position, subject: event.subject, organizationId: event.organizationid, state: 'waiting', event, reason,
    attempts, behind, traceId: parseTraceparent(event.traceparent)?.traceId ?? null, at: now(),
  })
  const waitingOf = async (topic: string, subject: string): Promise<DeadLetter[]> =>
    (await store.deadLetters({ consumer, state: 'waiting', subject, limit: MANY })).filter(l => l.topic === topic).toSorted((a, b) => a.position - b.position)

  return {
    keyOf, serial, waitingOf,
    has: (topic: string, subject: string): boolean => parked.size > 0 && parked.has(keyOf({ topic, subject })),
    size: (): number => parked.size,
    release: (topic: string, subject: string): void => { parked.delete(keyOf({ topic, subject })) },
    /** This event failed: it and what comes after it of the same aggregate wait. */
    fail: async (topic: string, event: CloudEvent, reason: string, attempts: number): Promise<void> => {
      await store.addDeadLetter(letterOf(topic, event, reason, attempts, null))
      parked.add(keyOf({ topic, subject: event.subject }))
    },
    /** Puts an event behind those of its aggregate that wait; false when none does any more. */
    queue: (topic: string, event: CloudEvent): Promise<boolean> => {
      const key = keyOf({ topic, subject: event.subject })
      return serial(key, async () => {
        if (!parked.has(key)) return false
        const first = (await waitingOf(topic, event.subject))[0]
        if (!first) { parked.delete(key); return false }
        // After a crash or an outage a run comes again: what was before the first letter is handled, and the letter itself is there already.
        if (event.position > first.position) await store.addDeadLetter(letterOf(topic, event, 'waits behind an earlier event of the same aggregate', 0, first.id))
        return true
      })
    },
    /** Something that is no event at all. */
    unreadable: async (topic: string, event: unknown, reason: string): Promise<void> => {
      const hash = createHash('sha256').update(canonicalJson(event) ?? '').digest('hex')
      await store.addDeadLetter({ id: `${consumer}~${topic}~unreadable-${hash}`, consumer, topic, partition: -1, position: -1, subject: '', organizationId: '-', state: 'waiting', event, reason, attempts: 1, behind: null, traceId: null, at: now() })
    },
    /** Takes over what other processes of this consumer have parked; names those whose first letter was settled without the rest. */
    refresh: async (): Promise<{ topic: string; subject: string }[]> => {
      const letters = (await store.deadLetters({ consumer, state: 'waiting', limit: MANY })).filter(l => l.subject !== '')
      parked = new Set(letters.map(keyOf))
      const failed = new Set(letters.filter(l => l.behind === null).map(keyOf))
      return letters.filter(l => !failed.has(keyOf(l)))
    },
  }
}
