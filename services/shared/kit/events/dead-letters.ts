import type { Topic } from '../../contracts/define.ts'
import { CloudEvent } from '../../contracts/feed.ts'
import { Refused } from '../decider.ts'
import { attempts } from './attempts.ts'
import type { Parking } from './parking.ts'
import type { ConsumerStore, DeadLetter, DeadLetterState } from './store.ts'

export type Settled = { replayed: number; state: DeadLetterState }
/** The events that a consumer could not handle, for operators of an organization. */
export type DeadLetters = {
  list(filter: { organizationId?: string; state?: DeadLetterState; after?: string; limit: number }): Promise<DeadLetter[]>
  get(id: string, organizationId?: string): Promise<DeadLetter>
  /** Handles it again and, if that succeeds, those parked behind it. */
  replay(id: string, organizationId?: string): Promise<Settled>
  /** Gives it up, and lets those behind it go on. */
  skip(id: string, organizationId?: string): Promise<Settled>
}
export type DeadLetterOptions = { store: ConsumerStore; consumer: string; topics: readonly Topic[]; parking: Parking; once: (topic: Topic, event: CloudEvent) => Promise<void> }

/** What operators can do with the dead letters of a consumer; `resume` goes on with those whose first letter was settled elsewhere. */
export const deadLetterDesk = ({ store, consumer, topics, parking, once }: DeadLetterOptions): DeadLetters & { resume(topic: string, subject: string): Promise<number> } => {
  const get = async (id: string, organizationId?: string): Promise<DeadLetter> => {
    const letter = await store.deadLetter(id)
    if (!letter || letter.consumer !== consumer || (organizationId !== undefined && letter.organizationId !== organizationId)) throw new Refused('missing', 'dead-letter-unknown', 'There is no such dead letter.')
    return letter
  }
  const waiting = async (id: string, organizationId?: string): Promise<DeadLetter> => {
    const letter = await get(id, organizationId)
    if (letter.state !== 'waiting') throw new Refused('rule', 'dead-letter-settled', `It was ${letter.state} already.`)
    if (letter.behind !== null) throw new Refused('rule', 'dead-letter-behind', 'It waits behind an earlier event of the same aggregate; settle that one first.', { behind: letter.behind })
    return letter
  }
  /** The reason why it failed again; undefined when it is handled. */
  const run = async (letter: DeadLetter): Promise<{ reason: string; tries: number } | undefined> => {
    const topic = topics.find(t => t.name === letter.topic)
    const event = CloudEvent.safeParse(letter.event)
    if (!topic || !event.success) return { reason: 'it is no event of a topic known here', tries: 1 }
    return attempts(() => once(topic, event.data), error => store.isTransient(error))
  }
  /** In order, until one fails by itself: that one is the new head. */
  const goOn = async (topic: string, subject: string): Promise<number> => {
    for (let replayed = 0; ; replayed++) {
      const next = (await parking.waitingOf(topic, subject))[0]
      if (!next) { parking.release(topic, subject); return replayed }
      if (next.behind === null) return replayed
      const failure = await run(next)
      if (failure) {
        await store.addDeadLetter({ ...next, id: `${next.id}~failed`, behind: null, reason: failure.reason, attempts: failure.tries })
        await store.moveDeadLetter(next.id, 'waiting', 'replayed')
        return replayed
      }
      await store.moveDeadLetter(next.id, 'waiting', 'replayed')
    }
  }
  const inTurn = <T>({ topic, subject }: { topic: string; subject: string }, work: () => Promise<T>): Promise<T> => parking.serial(parking.keyOf({ topic, subject }), work)

  return {
    list: ({ limit, ...filter }) => store.deadLetters({ consumer, limit, ...filter }),
    get,
    replay: async (id, organizationId) => {
      const letter = await waiting(id, organizationId)
      return inTurn(letter, async () => {
        const failure = await run(letter)
        if (failure) return { replayed: 0, state: 'waiting' }
        await store.moveDeadLetter(id, 'waiting', 'replayed')
        return { replayed: 1 + await goOn(letter.topic, letter.subject), state: 'replayed' }
      })
    },
    skip: async (id, organizationId) => {
      const letter = await waiting(id, organizationId)
      return inTurn(letter, async () => {
        await store.moveDeadLetter(id, 'waiting', 'skipped')
        return { replayed: letter.subject === '' ? 0 : await goOn(letter.topic, letter.subject), state: 'skipped' }
      })
    },
    resume: (topic, subject) => inTurn({ topic, subject }, () => goOn(topic, subject)),
  }
}
