import { mongo } from 'mongoose'
import { batched } from '../batching/batched.ts'
import { storeAway } from '../unavailable.ts'
import { within } from '../waiting.ts'
import type { InsertResult } from '../events/store/store.ts'

// 11000 on insert; FerretDB answers 1 when an update or upsert meets a taken key; 48 is a collection that is already there.
/** What should be made is there already: a row with this id, or a collection of this name. */
export const isDuplicate = (error: unknown): boolean => error instanceof mongo.MongoServerError
  && (error.code === 11000 || error.code === 48 || (error.code === 1 && /duplicate key/i.test(error.message)))

/** The collection is not there. */
export const isMissing = (error: unknown): boolean => error instanceof mongo.MongoServerError && error.code === 26

const STORE_MS = 10_000

/**
 * The result of a write, or `Refused('unavailable')` when there is none within ten seconds; it may be stored all the same.
 * What goes in turns must not wait for ever for the one before it.
 */
export const withinStoreLimit = <T>(write: Promise<T>): Promise<T> => within(write, STORE_MS, storeAway)

/** Inserts one by one in a single batch: each is stored, or its id is taken. */
export const insertEach = async <R extends mongo.Document>(
  collection: mongo.Collection<R>,
  rows: readonly mongo.OptionalUnlessRequiredId<R>[],
): Promise<InsertResult[]> => {
  const results = rows.map((): InsertResult => 'inserted')
  if (rows.length === 0) return results
  try {
    const [only] = rows
    if (rows.length === 1 && only) await withinStoreLimit(collection.insertOne(only))
    else await withinStoreLimit(collection.insertMany([...rows], { ordered: false }))
  } catch (error) {
    if (error instanceof mongo.MongoBulkWriteError) {
      const errors = [error.writeErrors].flat()
      // What broke the command off (a lost connection, a store without its backend) is of this class too, without a write error: nothing is known to be stored.
      if (errors.length === 0 || errors.some(e => e.code !== 11000)) throw error
      for (const { index } of errors) results[index] = 'taken'
    } else if (isDuplicate(error)) results[0] = 'taken'
    else throw error
  }
  return results
}

const TOGETHER = 256

/** Inserts rows one at a time for each caller, and for the store in batches: those that come while others are under way share the next one. */
export const insertTogether = <R extends mongo.Document>(
  collection: () => mongo.Collection<R>,
): ((row: mongo.OptionalUnlessRequiredId<R>) => Promise<InsertResult>) =>
  batched(rows => insertEach(collection(), rows), TOGETHER)
