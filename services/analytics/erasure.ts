import { Refused } from '../shared/kit/decider.ts'
import { endsWithin } from '../shared/kit/waiting.ts'
import type { Logger } from '../shared/kit/observe/log.ts'
import type { ClickHouse } from './clickhouse/clickhouse.ts'
import { eraseSql } from './dashboard/sql.ts'
import { forgetTallies } from './dashboard/tallies.ts'
import { erasedPeople } from './events/erased.ts'

export type Erasure = { organizationId: string; userId: string; sagaId: string }
export type Erase = (erasure: Erasure) => Promise<void>

/** A saga waits five seconds for an answer. */
const ANSWER_MS = 3_000
/** Each person is looked for in each event; so many go into one rewrite. `multiSearchAny` takes 255 at most. */
export const AT_ONCE = 50
/** Orders that were carried out after whoever gave them had stopped waiting. */
const MOST_REMEMBERED = 10_000

/**
 * Takes people out of the events. That rewrites the table, which takes longer the more there is, so one rewrite runs at a time and the next
 * takes along all who came meanwhile. What is not done in time is refused as `erasure-under-way` and goes on; asked again with the same saga
 * it is answered when it is done.
 */
export const erasures = (db: ClickHouse, logger: Logger, erased = erasedPeople(db), answerMs = ANSWER_MS): Erase => {
  const underWay = new Map<string, Promise<void>>()
  const done = new Set<string>()
  const waiting: (Erasure & { ended: PromiseWithResolvers<void> })[] = []
  let busy = false

  const rewrite = async (): Promise<void> => {
    if (busy) return
    busy = true
    for (let first = waiting[0]; first; first = waiting[0]) {
      const { organizationId } = first
      const some = waiting.filter(w => w.organizationId === organizationId).slice(0, AT_ONCE)
      for (const one of some) waiting.splice(waiting.indexOf(one), 1)
      try {
        const users = some.map(one => one.userId)
        // Before the rewrite: what comes after it is written without them.
        await erased.add(organizationId, users)
        await db.command(eraseSql, { org: organizationId, users })
        await forgetTallies(db, organizationId)
        for (const one of some) one.ended.resolve()
      } catch (error) {
        for (const one of some) one.ended.reject(error)
      }
    }
    busy = false
  }
  const begin = (key: string, erasure: Erasure): Promise<void> => {
    const ended = Promise.withResolvers<void>()
    underWay.set(key, ended.promise)
    waiting.push({ ...erasure, ended })
    void rewrite()
    return ended.promise.finally(() => { underWay.delete(key) })
  }
  const remember = (key: string): void => {
    done.add(key)
    for (const oldest of done) { if (done.size <= MOST_REMEMBERED) break; done.delete(oldest) }
  }

  return async erasure => {
    const key = JSON.stringify([erasure.organizationId, erasure.sagaId])
    if (done.delete(key)) return
    const known = underWay.get(key)
    const ending = known ?? begin(key, erasure)
    if (await endsWithin(ending, answerMs)) return
    if (!known) ending.then(() => { remember(key) }, (error: unknown) => {
      logger.warn({ error, sagaId: erasure.sagaId }, 'a person could not be taken out of the figures; the saga asks again')
    })
    throw new Refused('throttled', 'erasure-under-way', 'The events are being rewritten without this person; ask again.', { retryAfter: 5 })
  }
}
