import type { Connection } from 'mongoose'
import { systemClock, type Clock } from '../clock.ts'
import type { IdempotencyStore, Kept } from './idempotency.ts'

/**
 * A claim has the id itself, its answer `<id>:answer`, and whoever takes over an abandoned claim inserts `<id>:1`, `<id>:2`, …: only inserts decide,
 * because they are cheaper than updates, and because FerretDB lets several updates of one document win that name the same old value.
 */
type Entry = { _id: string; day: string; at?: string; bodyHash?: string; answer?: string }

/** A claim without an answer for this long belongs to a process that is gone; the next request may do the work. */
// An operation under way fails within 6 s (see mongo.ts). One taken over too early has one effect all the same: its commands and ids are derived from the key.
const abandonedMs = 7_000
const sweepMs = 3_600_000

export type MongoIdempotency = IdempotencyStore & {
  /** Forgets what is older than a day (two at most); it also runs by itself every hour. */
  sweep(): Promise<void>
  stop(): void
}

/** First answers in the service's own database. */
export const mongoIdempotency = (db: Connection, clock: Clock = systemClock): MongoIdempotency => {
  const entries = db.collection<Entry>('idempotency')
  const day = (): string => clock.now().slice(0, 10)

  const claim = async (id: string, bodyHash: string, generation = 0): Promise<Kept | undefined> => {
    const at = clock.now()
    const own = generation === 0 ? id : `${id}:${generation}`
    if (await inserted({ _id: own, bodyHash, at, day: day() })) return undefined
    const [holder, answered] = await Promise.all([entries.findOne({ _id: own }), entries.findOne({ _id: `${id}:answer` })])
    // Given up in between: it looks like one under way, and the caller comes again.
    if (!holder) return { bodyHash }
    const kept = { bodyHash: holder.bodyHash ?? '' }
    if (answered?.answer !== undefined) return { ...kept, answer: answered.answer }
    const abandoned = kept.bodyHash === bodyHash && Date.parse(at) - Date.parse(holder.at ?? at) >= abandonedMs
    return abandoned ? claim(id, bodyHash, generation + 1) : kept
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
    for (let back = 2; back < 10; back++) await entries.deleteMany({ day: new Date(Date.parse(clock.now()) - back * 86_400_000).toISOString().slice(0, 10) })
  }
  const timer = setInterval(() => { sweep().catch(() => {}) }, sweepMs).unref()
  return {
    claim,
    finish: async (id, answer) => { await inserted({ _id: `${id}:answer`, answer, day: day() }) },
    release: async id => {
      // Take-overs first: as long as the first claim stands, nobody starts anew.
      for (let generation = 1; (await entries.deleteOne({ _id: `${id}:${generation}` })).deletedCount > 0; generation++);
      await entries.deleteOne({ _id: id })
    },
    sweep,
    stop: () => { clearInterval(timer) },
  }
}

const isDuplicate = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 11000
