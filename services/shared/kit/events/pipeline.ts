import { randomUUID } from 'node:crypto'
import type { Commit, DomainEvent } from './commit.ts'
import type { followUps } from './follow-ups.ts'
import type { Journal } from './journal.ts'
import { backOff } from './patience.ts'
import { endOf, segmentsFrom } from './positions.ts'
import type { Logger } from './ports.ts'
import { unplacedBefore } from './predecessors.ts'
import type { Relay } from './relay.ts'
import type { Sequencer } from './sequencer.ts'
import type { CommitStore, End, Segment } from './store.ts'

/** Sees commits through that this process did not append; `heads` is where they can be positioned at the earliest. */
export type FollowUpRun = (commits: readonly Commit[], heads: readonly End[]) => Promise<void>

export type PipelineOptions<E extends DomainEvent> = {
  store: Pick<CommitStore, 'readPage' | 'findCommit' | 'writers'>
  journal: Journal
  sequencers: readonly Sequencer[]
  relays: readonly Relay[]
  follow: ReturnType<typeof followUps<E>>
  logger: Logger
}
// Commits of others that are positioned on the way; their own process, or its recovery, accounts for them.
const OTHERS = 'others'

/** What happens to a commit once it is durable: follow-ups at once; a position, then publication. */
export const pipeline = <E extends DomainEvent>({ store, journal, sequencers, relays, follow, logger }: PipelineOptions<E>) => {
  const held = new Map<string, Promise<void>>()

  const publish = (segment: Segment, groups: ReadonlyMap<string, number>): void =>
    relays[segment.partition]?.add(segment, () => { for (const [group, count] of groups) journal.published(group, count) })
  const followUp = (commit: Commit, group: string): void => {
    void follow.run(commit).then(done => { if (done) journal.followed(group) })
  }
  const sequencerOf = (partition: number): Sequencer => {
    const sequencer = sequencers[partition]
    if (!sequencer) throw new Error(`no partition ${partition}`)
    return sequencer
  }
  /** Positions those of the commits that are in no segment, each stream in its order, and publishes again the segments that hold the others. Whatever throws on the way, nothing has been done: it can be tried again. */
  const place = async (partition: number, commits: readonly Commit[], from: number, group: string): Promise<void> => {
    const sequencer = sequencerOf(partition)
    const missing = new Map<string, { commit: Commit; group: string }>()
    let at = from
    for (const stream of Map.groupBy(commits, c => c.stream).values()) {
      const [first, ...rest] = stream.toSorted((a, b) => a.version - b.version)
      if (!first) continue
      const before = await unplacedBefore(store, sequencer, first)
      at = Math.min(at, before.from)
      for (const commit of before.commits) missing.set(commit.id, { commit, group: OTHERS })
      for (const commit of [first, ...rest]) missing.set(commit.id, { commit, group })
    }
    const { next: known } = await sequencer.catchUp()
    const placed: { segment: Segment; here: number }[] = []
    // Once this has read as far as the sequencer knows, what is still missing can be handed to it: whatever comes later it sees itself.
    do {
      for await (const segment of segmentsFrom(store, partition, at)) {
        at = endOf(segment).next
        const here = segment.commits.filter(c => missing.get(c.id)?.group === group).length
        for (const { id } of segment.commits) missing.delete(id)
        if (here > 0) placed.push({ segment, here })
      }
    } while (at < (sequencer.known()?.next ?? known))
    // Each commit is counted once, so that no chunk is ever taken for passed too early, or never.
    for (const { segment, here } of placed) publish(segment, new Map([[group, here]]))
    for (const { commit, group: name } of missing.values()) sequencer.position(commit, name)
  }
  /** The same, for as long as the store is away. */
  const placeAtLast = async (partition: number, commits: readonly Commit[], from: number, group: string): Promise<void> => {
    for (const retry = backOff({ first: 20, most: 2_000 }); ;) {
      try { return await place(partition, commits, from, group) } catch (error) {
        logger.warn({ error, partition, commits: commits.length }, 'positions wait for the store')
        await retry.wait()
      }
    }
  }
  /** Holds back what follows in the stream until this commit has been placed behind what others appended before it. */
  const inOrder = (commit: Commit): void => {
    const from = journal.headsOf(commit.journal)[commit.partition]?.next ?? 0
    const turn = (held.get(commit.stream) ?? Promise.resolve()).then(() => placeAtLast(commit.partition, [commit], from, commit.journal))
    held.set(commit.stream, turn)
    void turn.then(() => { if (held.get(commit.stream) === turn) held.delete(commit.stream) })
  }

  return {
    publish,
    /** Resolves when all that this process has appended so far has its position. */
    positioned: async (): Promise<void> => {
      await Promise.all(held.values())
      await Promise.all(sequencers.map(s => s.drained()))
    },
    /** A commit that this process has just appended, in its chunk; `continues`: the one before it in the stream is known to have been positioned by this process. */
    enter: (commit: Commit, continues: boolean): void => {
      followUp(commit, commit.journal)
      const sequencer = sequencerOf(commit.partition)
      // Another process may have been quicker: it continued the stream, and positioned this commit on the way.
      if (continues && !held.has(commit.stream) && !sequencer.placed(commit.id)) sequencer.position(commit, commit.journal)
      else inOrder(commit)
    },
    adopt: (async (commits, heads) => {
      const group = `adopted:${randomUUID()}`
      const done = journal.adopt(group, commits.length)
      for (const commit of commits) followUp(commit, group)
      for (const [partition, some] of Map.groupBy(commits, c => c.partition)) await placeAtLast(partition, some, heads[partition]?.next ?? 0, group)
      await done
    }) satisfies FollowUpRun,
  }
}
