import { commitId, type Commit } from './commit.ts'
import type { Sequencer } from './sequencer.ts'
import type { CommitStore } from './store.ts'

export type Unplaced = { commits: Commit[]; /** They can have a position at or after this one only. */ from: number }

/**
 * The commits of a stream before this one that may have no position yet, oldest first. Another process appended them and is about to position them;
 * whoever continues a stream makes sure that positions keep its order.
 */
export const unplacedBefore = async (store: Pick<CommitStore, 'findCommit' | 'writers'>, sequencer: Sequencer, commit: Commit): Promise<Unplaced> => {
  const found: Unplaced = { commits: [], from: Infinity }
  let writers: Awaited<ReturnType<CommitStore['writers']>> | undefined
  for (let version = commit.version - 1; version > 0; version--) {
    const id = commitId(commit.stream, version)
    if (sequencer.has(id)) break
    const before = await store.findCommit(id)
    if (!before) break
    const at = before.journal.lastIndexOf(':')
    writers ??= await store.writers()
    const writer = writers.find(w => w.id === before.journal.slice(0, at))
    // A passed chunk is positioned, and a writer is forgotten only when all of its chunks are.
    if (!writer || writer.chunk > Number(before.journal.slice(at + 1))) break
    found.commits.unshift(before)
    found.from = Math.min(found.from, writer.heads[commit.partition]?.next ?? 0)
  }
  return found
}
