import type { mongo } from 'mongoose'
import { limited } from '../../in-parallel.ts'
import type { Commit } from '../log/commit.ts'
import { commitOf, type CommitRow } from './mongo-codec.ts'
import type { CommitStore } from './store.ts'

/** So many commits of a stream are in memory at once; most streams are shorter, and are there with one answer. */
const SLICE = 25
// A long stream keeps a connection of the store's own until its end, and needs one of ours for each slice.
const LONG_AT_ONCE = 4

/**
 * Reads the commits of a stream in slices. Not by version: FerretDB looks at all commits for a range or a list of ids,
 * and at all of the stream for each slice of it.
 */
export const mongoStream = (commits: () => mongo.Collection<CommitRow>): CommitStore['readStream'] => {
  const long = limited(LONG_AT_ONCE)
  const hand = async (rows: AsyncIterable<CommitRow> | Iterable<CommitRow>, after: number, see: (commit: Commit) => boolean | void): Promise<void> => {
    for await (const row of inOrder(rows, after + 1, ({ version }) => ({ at: version, next: version + 1 }))) if (see(commitOf(row)) === false) return
  }
  return async (stream, see, after = 0) => {
    const filter = after > 0 ? { stream, version: { $gt: after } } : { stream }
    const few = await commits().find(filter, { limit: SLICE }).toArray()
    await (few.length < SLICE ? hand(few, after, see) : long(() => hand(commits().find(filter, { batchSize: SLICE }), after, see)))
  }
}

/** Rows one at a time, each where the one before it ends. A store gives them nearly so: one that comes early waits for those before it. */
export async function* inOrder<T>(rows: AsyncIterable<T> | Iterable<T>, first: number, placeOf: (row: T) => { at: number; next: number }): AsyncGenerator<T> {
  const early = new Map<number, T>()
  let next = first
  for await (const row of rows) {
    early.set(placeOf(row).at, row)
    for (let due = early.get(next); due; due = early.get(next)) {
      early.delete(next)
      next = placeOf(due).next
      yield due
    }
  }
  // Behind a hole: whoever verifies the chain must see it.
  yield* [...early].toSorted(([a], [b]) => a - b).map(([, row]) => row)
}
