import type { DeadLetterState } from '../../../contracts/dead-letters.ts'
import type { Topic } from '../../../contracts/define.ts'
import { CloudEvent } from '../../../contracts/feed.ts'
import { Refused } from '../../decider.ts'
import { attempts } from './attempts.ts'
import type { Parking } from './parking.ts'
import { endsWithin } from '../../waiting.ts'
import type { Logger } from '../../observe/log.ts'
import type { ConsumerStore, DeadLetter } from '../store/store.ts'

/** What became of a letter so far; `goesOn` while it, or what waits behind it, is still being handled. */
export type Settled = { replayed: number; state: DeadLetterState; goesOn: boolean }
type Progress = Omit<Settled, 'goesOn'>
/** The events that a consumer could not handle, for operators of an organization. */
export type DeadLetters = {
  list(filter: { organizationId?: string; state?: DeadLetterState; after?: string; limit: number }): Promise<DeadLetter[]>
  get(id: string, organizationId?: string): Promise<DeadLetter>
  /** Handles it again and, if that succeeds, those parked behind it. */
  replay(id: string, organizationId?: string): Promise<Settled>
  /** Gives it up, and lets those behind it go on. */
  skip(id: string, organizationId?: string): Promise<Settled>
}
export type DeadLetterOptions = {
  store: ConsumerStore
  consumer: string
  topics: readonly Topic[]
  parking: Parking
  runHandlers: (topic: Topic, event: CloudEvent) => Promise<void>
  logger: Logger
  /** An operator is answered within this, ms; what takes longer goes on. */
  answerMs?: number
}

/** What operators can do with the dead letters of a consumer; `resume` goes on with those whose first letter was settled elsewhere. */
export const deadLetterOperations = (
  { store, consumer, topics, parking, runHandlers, logger, answerMs = 2_500 }: DeadLetterOptions,
): DeadLetters & { resume(topic: string, subject: string): Promise<void> } => {
  const get = async (id: string, organizationId?: string): Promise<DeadLetter> => {
    const letter = await store.deadLetter(id)
    if (!letter || letter.consumer !== consumer || (organizationId !== undefined && letter.organizationId !== organizationId)) {
      throw new Refused('missing', 'dead-letter-unknown', 'There is no such dead letter.')
    }
    return letter
  }
  const waiting = async (id: string, organizationId?: string): Promise<DeadLetter> => {
    const letter = await get(id, organizationId)
    if (letter.state !== 'waiting') throw new Refused('rule', 'dead-letter-settled', `It was ${letter.state} already.`)
    if (letter.behind !== null) {
      const message = 'It waits behind an earlier event of the same aggregate; settle that one first.'
      throw new Refused('rule', 'dead-letter-behind', message, { behind: letter.behind })
    }
    return letter
  }
  /** The reason why it failed again; undefined when it is handled. */
  const run = async (letter: DeadLetter): Promise<{ reason: string; tries: number } | undefined> => {
    const topic = topics.find(t => t.name === letter.topic)
    const event = CloudEvent.safeParse(letter.event)
    if (!topic || !event.success) return { reason: 'it is no event of a topic known here', tries: 1 }
    return attempts(() => runHandlers(topic, event.data), error => store.isTransient(error))
  }
  /** In order, until one fails by itself: that one is the new head. */
  const goOn = async (topic: string, subject: string, progress: Progress): Promise<void> => {
    for (;;) {
      const all = await parking.waitingOf(topic, subject)
      if (all.length === 0 && await parking.release(topic, subject)) return
      for (const { id, behind } of all) {
        if (behind === null) return
        const failed = `${id}~failed`
        const next = await store.deadLetter(id)
        if (next?.state === 'waiting') {
          const failure = await run(next)
          if (failure) await store.addDeadLetter({ ...next, id: failed, behind: null, reason: failure.reason, attempts: failure.tries })
          // One that failed again is given up for the letter that says why: the move tells everybody which of the two it was.
          const outcome = failure ? 'skipped' : 'replayed'
          const first = await store.moveDeadLetter(id, 'waiting', outcome)
          if (!failure) progress.replayed++
          if ((first ? outcome : (await get(id)).state) === 'replayed') {
            // A process that was slower, or has died since, may have stored that it failed there.
            await store.moveDeadLetter(failed, 'waiting', 'replayed')
            continue
          }
        }
        // Where the event failed, here or in another process that was first, that letter is the new head.
        if ((await store.deadLetter(failed))?.state === 'waiting') return
      }
    }
  }
  /** What waited behind a letter that is settled now. What is no event at all belongs to no aggregate, so nothing does. */
  const goOnBehind = async ({ id, topic, subject }: DeadLetter, progress: Progress): Promise<void> => {
    if (subject === '') parking.releaseUnreadable(id)
    else await goOn(topic, subject, progress)
  }
  const inTurn = async ({ topic, subject }: { topic: string; subject: string }, work: (progress: Progress) => Promise<void>): Promise<Settled> => {
    const progress: Progress = { replayed: 0, state: 'waiting' }
    const turn = parking.replay({ topic, subject }, () => work(progress))
    const ended = await endsWithin(turn, answerMs)
    if (!ended) {
      turn.catch((error: unknown) => {
        logger.warn({ error, consumer, topic, subject }, 'a dead letter could not be settled to the end; what is left waits')
      })
    }
    return { ...progress, goesOn: !ended }
  }
  const settle = async (progress: Progress, id: string, state: DeadLetterState): Promise<void> => {
    // Where another process was first, what it made of the letter stands.
    progress.state = await store.moveDeadLetter(id, 'waiting', state) ? state : (await get(id)).state
  }

  return {
    list: ({ limit, ...filter }) => store.deadLetters({ consumer, limit, ...filter }),
    get,
    replay: async (id, organizationId) => {
      const letter = await waiting(id, organizationId)
      return inTurn(letter, async progress => {
        // Whoever had the turn before may have settled it.
        await waiting(id, organizationId)
        if (await run(letter)) return
        await settle(progress, id, 'replayed')
        progress.replayed++
        await goOnBehind(letter, progress)
      })
    },
    skip: async (id, organizationId) => {
      const letter = await waiting(id, organizationId)
      return inTurn(letter, async progress => {
        await waiting(id, organizationId)
        await settle(progress, id, 'skipped')
        await goOnBehind(letter, progress)
      })
    },
    resume: async (topic, subject) => { await inTurn({ topic, subject }, progress => goOn(topic, subject, progress)) },
  }
}
