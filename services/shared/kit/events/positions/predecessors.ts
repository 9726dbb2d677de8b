import { commitId, type Commit } from '../log/commit.ts'
import { batched } from '../../batching/batched.ts'
import { isPassed } from '../log/journal.ts'
import type { Sequencer } from './sequencer.ts'
import type { CommitStore, Writer } from '../store/store.ts'

export type Unplaced = { commits: Commit[]; /** They can have a position at or after this one only. */ from: number }
export type PredecessorOptions = {
  store: Pick<CommitStore, 'findCommit' | 'writers'>
  /** What a dead writer left, when all of it has been seen through: the ids of its commits. */
  recovered: (dead: Writer) => Promise<ReadonlySet<string>>
}

/**
 * The commits of a stream before one that this process appends. Another process appended them and may be about to position them;
 * whoever continues a stream makes sure that positions keep its order.
 */
export const predecessors = ({ store, recovered }: PredecessorOptions) => {
  const writersNow = batched(async (calls: readonly string[]) => {
    const writers = await store.writers()
    return calls.map(() => writers)
  }, Infinity)

  /** The writer that still has to see this commit through; undefined: it has its position. */
  const openAt = async (id: string, journal: string): Promise<Writer | undefined> => {
    const at = journal.lastIndexOf(':')
    const writer = (await writersNow(journal)).find(w => w.id === journal.slice(0, at))
    // A passed chunk is positioned, and a writer is forgotten only when all of its chunks are.
    if (!writer || isPassed(writer, Number(journal.slice(at + 1)))) return undefined
    return (await recovered(writer)).has(id) ? undefined : writer
  }
  return {
    /** True when a commit of this journal is known to have its position. */
    placed: async (id: string, journal: string): Promise<boolean> => await openAt(id, journal) === undefined,
    /** Those that may have no position yet, oldest first. */
    unplacedBefore: async (sequencer: Sequencer, commit: Commit): Promise<Unplaced> => {
      const found: Unplaced = { commits: [], from: Infinity }
      for (let version = commit.version - 1; version > 0; version--) {
        const id = commitId(commit.stream, version)
        if (sequencer.has(id)) break
        const before = await store.findCommit(id)
        const writer = before && await openAt(id, before.journal)
        if (!writer) break
        found.commits.unshift(before)
        found.from = Math.min(found.from, writer.heads[commit.partition]?.next ?? 0)
      }
      return found
    },
  }
}
export type Predecessors = ReturnType<typeof predecessors>
