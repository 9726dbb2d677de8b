import type { Connection } from 'mongoose'
import type { Clock } from '../../clock.ts'
import { uuidv7 } from '../../ids.ts'
import { isDuplicate } from '../../mongo/insert.ts'
import type { Claim, IdempotencyStore, FirstAnswer } from './idempotency.ts'

/**
 * A claim has the id itself, its answer `<id>:answer`, and whoever takes over an abandoned claim inserts `<id>:1`, `<id>:2`, …: only inserts decide,
 * because they are cheaper than updates, and because FerretDB lets several updates of one document win that name the same old value.
 * What the first try said is `<id>:first:<fingerprint>`. A claim that is given up stays, for its seed; `next` in the first one says
 * which is to be inserted now. All of an id have the day of the first, so that they are forgotten together.
 */
type Entry = First & { _id: string; at?: string; bodyHash?: string; answer?: string; next?: number }
type First = { day: string; seed?: string }
type Wanted = { id: string; bodyHash: string; withinMs: number }

const sweepMs = 3_600_000

export type MongoIdempotency = IdempotencyStore & {
  /** Forgets what is older than a day (two at most); it also runs by itself every hour. */
  sweep(): Promise<void>
}

/** First answers in the service's own database. `clock` is the store's, which all processes of the service share (`storeClock`). */
export const mongoIdempotency = (db: Connection, clock: Clock): MongoIdempotency => {
  const entries = db.collection<Entry>('idempotency')
  // Whatever this process is at work on is not abandoned, however long it takes.
  const underWay = new Set<string>()

  const take = async ({ id, bodyHash, withinMs }: Wanted, turn: number, first: First): Promise<FirstAnswer | Claim> => {
    const at = clock.now()
    const own = turn === 0 ? id : `${id}:${turn}`
    if (await inserted({ _id: own, bodyHash, at, ...first })) {
      // Whoever had it before may have answered after all.
      const late = turn === 0 ? undefined : await answerOf(id, bodyHash, turn, first)
      return late ?? claimOf(id, bodyHash, turn, first)
    }
    const holder = await entries.findOne({ _id: own })
    // Forgotten in between: it looks like one under way, and the caller comes again.
    if (!holder) return { bodyHash }
    const known: First = { day: holder.day, ...(holder.seed !== undefined && { seed: holder.seed }) }
    const here = underWay.has(id)
    if (holder.next !== undefined && !here) return take({ id, bodyHash, withinMs }, holder.next, known)
    const kept = { bodyHash: holder.bodyHash ?? '' }
    const answered = await answerOf(id, kept.bodyHash, turn, known)
    if (answered) return answered
    const abandoned = !here && kept.bodyHash === bodyHash && Date.parse(at) - Date.parse(holder.at ?? at) >= withinMs
    return abandoned ? take({ id, bodyHash, withinMs }, turn + 1, known) : kept
  }
  const answerOf = async (id: string, claimedBy: string, turn: number, first: First): Promise<FirstAnswer | undefined> => {
    const answered = await entries.findOne({ _id: `${id}:answer` })
    if (answered?.answer === undefined) return undefined
    const bodyHash = answered.bodyHash ?? claimedBy
    return { bodyHash, answer: answered.answer, redo: () => claimOf(id, bodyHash, turn, first) }
  }
  const claimOf = (id: string, bodyHash: string, turn: number, { day, seed }: First): Claim => {
    underWay.add(id)
    const leave = (): void => { underWay.delete(id) }
    const _id = `${id}:first:${bodyHash}`
    return {
      ...(seed !== undefined && { seed }),
      first: async said => (await inserted({ _id, answer: said, day }) ? said : (await entries.findOne({ _id }))?.answer ?? said),
      finish: async answer => { await inserted({ _id: `${id}:answer`, bodyHash, answer, day }).finally(leave) },
      // The largest: a claim that was taken over frees its own turn at most, never a later one.
      release: async () => { await entries.updateOne({ _id: id }, { $max: { next: turn + 1 } }).finally(leave) },
    }
  }
  const inserted = async (entry: Entry): Promise<boolean> => {
    try {
      await entries.insertOne(entry)
      return true
    } catch (error) {
      if (isDuplicate(error)) return false
      throw error
    }
  }
  // By equality on the day, because a range would be a scan on some stores.
  const sweep = async (): Promise<void> => {
    for (let back = 2; back < 10; back++) await entries.deleteMany({ day: new Date(clock.epochMs() - back * 86_400_000).toISOString().slice(0, 10) })
  }
  // Keeps no process from ending.
  setInterval(() => { sweep().catch(() => {}) }, sweepMs).unref()
  return {
    claim: (id, bodyHash, withinMs) => take({ id, bodyHash, withinMs }, 0, { seed: uuidv7(), day: clock.now().slice(0, 10) }),
    sweep,
  }
}
