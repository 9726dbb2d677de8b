import type { Connection } from 'mongoose'
import { systemClock, type Clock } from '../clock.ts'
import type { IdempotencyStore, Kept } from './idempotency.ts'

/** A claim has the id itself, its answer `<id>:answer`: two inserts cost a document store less than an insert and an update. */
type Entry = { _id: string; day: string; at?: string; bodyHash?: string; answer?: string }

/** A claim without an answer for this long belongs to a process that is gone; the next request may do the work. */
const abandonedMs = 30_000
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

  const claim = async (id: string, bodyHash: string, tries = 3): Promise<Kept | undefined> => {
    const at = clock.now()
    if (await inserted({ _id: id, bodyHash, at, day: day() })) return undefined
    const [first, answered] = await Promise.all([entries.findOne({ _id: id }), entries.findOne({ _id: `${id}:answer` })])
    if (!first) return tries > 1 ? claim(id, bodyHash, tries - 1) : { bodyHash }
    const kept = { bodyHash: first.bodyHash ?? '' }
    if (answered?.answer !== undefined) return { ...kept, answer: answered.answer }
    if (kept.bodyHash !== bodyHash || Date.parse(at) - Date.parse(first.at ?? at) < abandonedMs) return kept
    const taken = await entries.updateOne({ _id: id, at: first.at ?? '' }, { $set: { at } })
    return taken.modifiedCount === 1 ? undefined : kept
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
    release: async id => { await entries.deleteOne({ _id: id }) },
    sweep,
    stop: () => { clearInterval(timer) },
  }
}

const isDuplicate = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 11000
