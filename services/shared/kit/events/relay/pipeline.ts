import { randomUUID } from 'node:crypto'
import { limited } from '../../in-parallel.ts'
import { commitId, type Commit, type DomainEvent } from '../log/commit.ts'
import type { followUps } from '../log/follow-ups.ts'
import type { Journal } from '../log/journal.ts'
import { batched } from '../../batching/batched.ts'
import { backOff, pause } from '../../waiting.ts'
import { endOf, segmentsFrom } from './positions.ts'
import type { Logger } from '../log/event-log.ts'
import type { Predecessors } from './predecessors.ts'
import type { Relay } from './relay.ts'
import type { Sequencer } from './sequencer.ts'
import type { CommitStore, End, Segment } from '../store/store.ts'

/** Sees commits through that this process did not append; `heads` is where they can be positioned at the earliest. */
export type FollowUpRun = (commits: readonly Commit[], heads: readonly End[]) => Promise<void>

export type PipelineOptions<E extends DomainEvent> = {
  store: Pick<CommitStore, 'readPage'>
  journal: Journal
  sequencers: readonly Sequencer[]
  relays: readonly Relay[]
  follow: ReturnType<typeof followUps<E>>
  before: Predecessors
  /** It may or may not be in the store: this process has not entered it. */
  isDoubtful: (id: string) => boolean
  logger: Logger
}
// Commits of others that are positioned on the way; their own process, or its recovery, accounts for them.
const OTHERS = 'others'
// After a crash hundreds may wait, and requests need the store's connections, too. One that takes longer lets the next begin.
const ADOPTED_AT_ONCE = 4
const ADOPTED_MS = 1_000
/** A commit that needs a position, the group it counts for, and where that position can be at the earliest. */
type Placing = { commit: Commit; group: string; from: number }

/** What happens to a commit once it is durable: follow-ups at once; a position, then publication. */
export const pipeline = <E extends DomainEvent>({ store, journal, sequencers, relays, follow, before, isDoubtful, logger }: PipelineOptions<E>) => {
  const held = new Map<string, Promise<void>>()

  const publish = (segment: Segment, groups: ReadonlyMap<string, number>): void =>
    relays[segment.partition]?.add(segment, () => { for (const [group, count] of groups) journal.published(group, count) })
  const followUp = async (commit: Commit, group: string): Promise<void> => { if (await follow.run(commit)) journal.followed(group) }
  const adopting = limited(ADOPTED_AT_ONCE)
  const sequencerOf = (partition: number): Sequencer => {
    const sequencer = sequencers[partition]
    if (!sequencer) throw new Error(`no partition ${partition}`)
    return sequencer
  }
  /** Positions those of the commits that are in no segment, each stream in its order, and publishes again the segments that hold the others. Whatever throws on the way, nothing has been done: it can be tried again. */
  const place = async (partition: number, placings: readonly Placing[]): Promise<void> => {
    const sequencer = sequencerOf(partition)
    const missing = new Map<string, { commit: Commit; group: string }>()
    let at = Math.min(...placings.map(({ from }) => from))
    for (const stream of Map.groupBy(placings, ({ commit }) => commit.stream).values()) {
      let last: number | undefined
      for (const placing of stream.toSorted((a, b) => a.commit.version - b.commit.version)) {
        const { commit } = placing
        // What lies between may have been left by yet another process.
        if (commit.version - 1 !== last) {
          const { commits, from } = await before.unplacedBefore(sequencer, commit)
          at = Math.min(at, from)
          for (const one of commits) if (!missing.has(one.id)) missing.set(one.id, { commit: one, group: OTHERS })
        }
        missing.set(commit.id, placing)
        last = commit.version
      }
    }
    const { next: known } = await sequencer.catchUp()
    const placed: { segment: Segment; groups: Map<string, number> }[] = []
    // Once this has read as far as the sequencer knows, what is still missing can be handed to it: whatever comes later it sees itself.
    do {
      for await (const segment of segmentsFrom(store, partition, at)) {
        at = endOf(segment).next
        const groups = new Map<string, number>()
        for (const { id } of segment.commits) {
          const group = missing.get(id)?.group ?? OTHERS
          missing.delete(id)
          if (group !== OTHERS) groups.set(group, (groups.get(group) ?? 0) + 1)
        }
        if (groups.size > 0) placed.push({ segment, groups })
      }
    } while (at < (sequencer.known()?.next ?? known))
    // Each commit is counted once, so that no chunk is ever taken for passed too early, or never.
    for (const { segment, groups } of placed) publish(segment, groups)
    // What waits there already counts for whoever handed it in.
    for (const { commit, group } of missing.values()) if (group !== OTHERS || !sequencer.has(commit.id)) sequencer.position(commit, group)
  }
  /** The same, for as long as the store is away. */
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
    await place(partition, placings)
    return placings.map(() => true)
  }, 256))
  /** Holds back what follows in the stream until this commit has been placed behind what others appended before it. */
  const inOrder = (commit: Commit, previousJournal: string | undefined): void => {
    const { partition, journal: group } = commit
    const sequencer = sequencerOf(partition)
    const from = journal.headsOf(group)[partition]?.next ?? 0
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
    version === 1 || (previousJournal?.startsWith(`${journal.writer}:`) === true && !isDoubtful(commitId(stream, version - 1)))

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
    adopt: (async (commits, heads) => {
      const group = `adopted:${randomUUID()}`
      const done = journal.adopt(group, commits.length)
      for (const commit of commits) void adopting(() => Promise.race([followUp(commit, group), pause(ADOPTED_MS)]))
      for (const [partition, some] of Map.groupBy(commits, c => c.partition)) await atLast(partition, () => place(partition, some.map(commit => ({ commit, group, from: heads[partition]?.next ?? 0 }))))
      await done
    }) satisfies FollowUpRun,
  }
}
