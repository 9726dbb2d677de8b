import { z } from 'zod'
import { NOBODYS } from '../../../contracts/dead-letters.ts'
import type { CloudEvent } from '../../../contracts/feed.ts'
import { Id } from '../../../contracts/primitives.ts'
import { parseTraceparent } from '../../observe/traceparent.ts'
import { traceOf } from '../trace-of.ts'
import { oneByOne } from '../../one-by-one.ts'
import { canonicalJson } from '../log/commit.ts'
import { createHash } from 'node:crypto'
import type { ConsumerStore, DeadLetter, WaitingLetter } from '../store/store.ts'

export type Parking = ReturnType<typeof parking>
type Aggregate = Pick<DeadLetter, 'topic' | 'subject'>
type Head = Pick<DeadLetter, 'id' | 'position'>
/** What can be read of an envelope that is none as a whole. */
const Owned = z.looseObject({ organizationid: Id })
const firstOf = <L extends Head>(known: L | undefined, letter: L): L => (known && known.position <= letter.position ? known : letter)

/** Which aggregates of a consumer wait behind a dead letter, and the letters themselves. */
export const parking = ({ store, consumer, now }: { store: ConsumerStore; consumer: string; now: () => string }) => {
  /** By aggregate the letter that came first; what is no event at all is of no aggregate and stands here by its own id. */
  let parked = new Map<string, Head>()
  /** Parked while the letters are being read, which may not show it. */
  const meanwhile = new Map<string, Head>()
  let reading: Promise<readonly Aggregate[]> = Promise.resolve([])
  let asked: Promise<readonly Aggregate[]> | undefined
  const keyOf = ({ topic, subject }: Aggregate): string => `${topic} ${subject}`
  const keyOfLetter = (letter: Aggregate & Head): string => (letter.subject === '' ? letter.id : keyOf(letter))
  /** To queue behind the letters of an aggregate and to find that none waits any more take turns, so that nothing slips between them. */
  const serial = oneByOne()
  /** Those who go on with the letters of an aggregate, each to the end. What comes for it meanwhile queues, and waits for none of them. */
  const replays = oneByOne()
  const replaying = new Set<string>()
  const letterOf = (topic: string, event: CloudEvent, reason: string, attempts: number, behind: string | null): DeadLetter => ({
    id: `${consumer}~${topic}~${event.id}`, consumer, topic, partition: event.partition, position: event.position, subject: event.subject,
    organizationId: event.organizationid, state: 'waiting', event, reason, attempts, behind,
    traceId: parseTraceparent(traceOf(event))?.traceId ?? null, at: now(),
  })
  const add = async (letter: DeadLetter): Promise<void> => {
    await store.addDeadLetter(letter)
    note(letter)
  }
  const note = (letter: DeadLetter): void => {
    const key = keyOfLetter(letter)
    for (const known of [parked, meanwhile]) known.set(key, firstOf(known.get(key), letter))
  }
  /** Those of an aggregate that wait, in order. */
  const waitingOf = async (topic: string, subject: string): Promise<WaitingLetter[]> =>
    (await store.waitingLetters(consumer, subject)).filter(letter => letter.topic === topic).toSorted((a, b) => a.position - b.position)
  /** The first letter of an aggregate that waits; mostly the one that is known. */
  const headOf = async (topic: string, subject: string, known: Head): Promise<Head | undefined> =>
    (await store.deadLetter(known.id))?.state === 'waiting' ? known : (await waitingOf(topic, subject))[0]
  const read = async (): Promise<readonly Aggregate[]> => {
    asked = undefined
    meanwhile.clear()
    const [all, failed] = [new Map<string, WaitingLetter>(), new Set<string>()]
    for (const letter of await store.waitingLetters(consumer)) {
      const key = keyOfLetter(letter)
      all.set(key, firstOf(all.get(key), letter))
      if (letter.behind === null) failed.add(key)
    }
    // Another process may have settled all letters of one that is replayed here: it waits until that is through.
    const held = [...parked].filter(([key]) => replaying.has(key))
    parked = new Map([...held, ...meanwhile, ...all])
    return [...all].flatMap(([key, aggregate]) => (failed.has(key) ? [] : [aggregate]))
  }

  return {
    waitingOf,
    /** Runs what goes on with the letters of an aggregate; only one at a time does. */
    replay: <T>(aggregate: Aggregate, work: () => Promise<T>): Promise<T> => {
      const key = keyOf(aggregate)
      return replays(key, async () => {
        replaying.add(key)
        try { return await work() } finally { replaying.delete(key) }
      })
    },
    has: (topic: string, subject: string): boolean => parked.size > 0 && parked.has(keyOf({ topic, subject })),
    size: (): number => parked.size,
    /** Lets an aggregate go on as its events come; false when one of them waits after all. */
    release: (topic: string, subject: string): Promise<boolean> => {
      const key = keyOf({ topic, subject })
      return serial(key, async () => {
        if ((await waitingOf(topic, subject)).length > 0) return false
        parked.delete(key)
        return true
      })
    },
    /** The same for what is no event at all. */
    releaseUnreadable: (id: string): void => { parked.delete(id) },
    /** This event failed: it and what comes after it of the same aggregate wait. */
    fail: (topic: string, event: CloudEvent, reason: string, attempts: number): Promise<void> => add(letterOf(topic, event, reason, attempts, null)),
    /** Puts an event behind those of its aggregate that wait, or are being replayed; false when none is any more. */
    queue: (topic: string, event: CloudEvent): Promise<boolean> => {
      const key = keyOf({ topic, subject: event.subject })
      return serial(key, async () => {
        const known = parked.get(key)
        if (!known) return false
        // Where another process was first, none may wait while one is still being handled here.
        const first = await headOf(topic, event.subject, known) ?? (replaying.has(key) ? known : undefined)
        if (!first) { parked.delete(key); return false }
        parked.set(key, first)
        // After a crash or an outage a run comes again: what was before the first letter is handled, and the letter itself is there already.
        if (event.position > first.position) await add(letterOf(topic, event, 'waits behind an earlier event of the same aggregate', 0, first.id))
        return true
      })
    },
    /** Something that is no event at all; it is for the operators of the organization that it names, if it names one. Resolves to its letter. */
    unreadable: async (topic: string, event: unknown, reason: string): Promise<DeadLetter> => {
      const hash = createHash('sha256').update(canonicalJson(event) ?? '').digest('hex')
      const letter: DeadLetter = {
        id: `${consumer}~${topic}~unreadable-${hash}`, consumer, topic, partition: -1, position: -1, subject: '',
        organizationId: Owned.safeParse(event).data?.organizationid ?? NOBODYS,
        state: 'waiting', event, reason, attempts: 1, behind: null, traceId: null, at: now(),
      }
      // One that came before may be settled.
      if (await store.addDeadLetter(letter) === 'inserted') note(letter)
      return letter
    },
    /**
     * Takes over what other processes of this consumer have parked; names those whose first letter was settled without the rest.
     * One reading after the other, so that none takes back what a newer one has found; those who ask during one share the next.
     */
    refresh: (): Promise<readonly Aggregate[]> => (asked ??= reading = reading.then(read, read)),
  }
}
