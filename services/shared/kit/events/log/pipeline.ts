import { randomUUID } from 'node:crypto'
import { limited } from '../../in-parallel.ts'
import { commitId, type Commit, type DomainEvent } from './commit.ts'
import type { followUps } from './follow-ups.ts'
import type { Journal } from './journal.ts'
import { batched } from '../../batching/batched.ts'
import { shortLivedMap } from '../../short-lived.ts'
import { backOff, pause } from '../../waiting.ts'
import { placement, type Placing } from '../positions/placement.ts'
import type { Logger } from '../../observe/log.ts'
import type { Predecessors } from '../positions/predecessors.ts'
import type { Relay } from '../relay/relay.ts'
import type { Sequencer } from '../positions/sequencer.ts'
import type { CommitStore, End, Segment } from '../store/store.ts'

/** Sees commits through that this process did not append; `earliest` is where they can be positioned at the earliest, per partition. */
export type Adopt = (commits: readonly Commit[], earliest: readonly End[]) => Promise<void>

export type PipelineOptions<E extends DomainEvent> = {
  store: Pick<CommitStore, 'findSegment' | 'readPage'>
  journal: Journal
  sequencers: readonly Sequencer[]
  relays: readonly Relay[]
  follow: ReturnType<typeof followUps<E>>
  before: Predecessors
  /** It may or may not be in the store: this process has not entered it. */
  isUncertain: (id: string) => boolean
  logger: Logger
}
// After a crash hundreds may wait, and requests need the store's connections, too. One that takes longer lets the next begin.
const ADOPTED_AT_ONCE = 4
const ADOPTED_MS = 1_000

/** What happens to a commit once it is durable: follow-ups at once; a position, then publication. */
export const pipeline = <E extends DomainEvent>({ store, journal, sequencers, relays, follow, before, isUncertain, logger }: PipelineOptions<E>) => {
  const held = shortLivedMap<string, Promise<void>>()

  const publish = (segment: Segment, groups: ReadonlyMap<string, number>, bytes?: number): void =>
    relays[segment.partition]?.add(segment, () => { for (const [group, count] of groups) journal.published(group, count) }, bytes)
  const followUp = async (commit: Commit, group: string): Promise<void> => { if (await follow.run(commit)) journal.followed(group) }
  const adopting = limited(ADOPTED_AT_ONCE)
  const sequencerOf = (partition: number): Sequencer => {
    const sequencer = sequencers[partition]
    if (!sequencer) throw new Error(`no partition ${partition}`)
    return sequencer
  }
  const place = placement({ store, before, publish })
  /** Tries until the store is there. */
  const atLast = async (partition: number, work: () => Promise<unknown>): Promise<void> => {
    for (const retry = backOff({ first: 20, most: 2_000 }); ;) {
      try { await work(); return } catch (error) {
        logger.warn({ error, partition }, 'positions wait for the store')
        await retry.wait()
      }
    }
  }
  // One reading of the log serves all that wait for it.
  const placeTogether = sequencers.map((_, partition) => batched(async (placings: readonly Placing[]) => {
    await place(sequencerOf(partition), partition, placings)
    return placings.map(() => true)
  }, 256))
  /** Holds back what follows in the stream until this commit has been placed behind what others appended before it. */
  const inOrder = (commit: Commit, previousJournal: string | undefined): void => {
    const { partition, journal: group } = commit
    const sequencer = sequencerOf(partition)
    const from = journal.earliestOf(group)[partition]?.next ?? 0
    const previous = commitId(commit.stream, commit.version - 1)
    const follows = async (): Promise<boolean> => sequencer.has(previous) || (previousJournal !== undefined && await before.placed(previous, previousJournal))
    const turn = (held.get(commit.stream) ?? Promise.resolve()).then(() => atLast(partition, async () => {
      // Mostly the one before has its position long since, and nobody else has been at this one.
      if (await follows() && !sequencer.placed(commit.id)) sequencer.position(commit, group)
      else await placeTogether[partition]?.({ commit, group, from })
    }))
    held.set(commit.stream, turn)
    void turn.then(() => { if (held.get(commit.stream) === turn) held.delete(commit.stream) })
  }
  /** The commit before it in the stream was handed to the sequencer by this process. */
  const continues = ({ stream, version }: Commit, previousJournal: string | undefined): boolean =>
    version === 1 || (previousJournal?.startsWith(`${journal.writer}:`) === true && !isUncertain(commitId(stream, version - 1)))

  return {
    publish,
    /** Resolves when all that this process has appended so far has its position. */
    positioned: async (): Promise<void> => {
      await Promise.all(held.values())
      await Promise.all(sequencers.map(s => s.drained()))
    },
    /** A commit that this process has just appended, in its chunk, and the journal of the one before it in the stream, where that is known. */
    enter: (commit: Commit, previousJournal: string | undefined): void => {
      void followUp(commit, commit.journal)
      const sequencer = sequencerOf(commit.partition)
      // Another process may have been quicker: it continued the stream, and positioned this commit on the way.
      if (continues(commit, previousJournal) && !held.has(commit.stream) && !sequencer.placed(commit.id)) sequencer.position(commit, commit.journal)
      else inOrder(commit, previousJournal)
    },
    adopt: (async (commits, earliest) => {
      const group = `adopted:${randomUUID()}`
      const done = journal.adopt(group, commits.length)
      for (const commit of commits) void adopting(() => Promise.race([followUp(commit, group), pause(ADOPTED_MS)]))
      for (const [partition, some] of Map.groupBy(commits, c => c.partition)) {
        await atLast(partition, () =>
          place(sequencerOf(partition), partition, some.map(commit => ({ commit, group, from: earliest[partition]?.next ?? 0 }))))
      }
      await done
    }) satisfies Adopt,
  }
}
