import { randomUUID } from 'node:crypto'
import type { Commit, DomainEvent } from './commit.ts'
import type { followUps } from './follow-ups.ts'
import type { Journal } from './journal.ts'
import { endOf, segmentsFrom, START } from './positions.ts'
import type { Relay } from './relay.ts'
import type { Sequencer } from './sequencer.ts'
import type { CommitStore, End, Segment } from './store.ts'

/** Sees commits through that this process did not append; `heads` is where they can be positioned at the earliest. */
export type FollowUpRun = (commits: readonly Commit[], heads: readonly End[]) => Promise<void>

export type PipelineOptions<E extends DomainEvent> = {
  store: Pick<CommitStore, 'readPage'>
  journal: Journal
  sequencers: readonly Sequencer[]
  relays: readonly Relay[]
  follow: ReturnType<typeof followUps<E>>
}

/** What happens to a commit once it is durable: follow-ups at once; a position, then publication. */
export const pipeline = <E extends DomainEvent>({ store, journal, sequencers, relays, follow }: PipelineOptions<E>) => {
  const publish = (segment: Segment, groups: ReadonlyMap<string, number>): void =>
    relays[segment.partition]?.add(segment, () => { for (const [group, count] of groups) journal.published(group, count) })
  const followUp = (commit: Commit, group: string): void => {
    void follow.run(commit).then(done => { if (done) journal.followed(group) })
  }
  /** Positions those of the commits that are in no segment, and publishes again the segments that hold the others. */
  const place = async (partition: number, commits: readonly Commit[], head: End, group: string): Promise<void> => {
    const sequencer = sequencers[partition]
    if (!sequencer) throw new Error(`no partition ${partition}`)
    const missing = new Map(commits.map(c => [c.id, c]))
    const { next: known } = await sequencer.catchUp()
    let at = head.next
    // Once this has read as far as the sequencer knows, what is still missing can be handed to it: whatever comes later it sees itself.
    for (let end = known; ; end = sequencer.known()?.next ?? end) {
      for await (const segment of segmentsFrom(store, partition, at)) {
        at = endOf(segment).next
        const here = segment.commits.filter(c => missing.delete(c.id)).length
        if (here > 0) publish(segment, new Map([[group, here]]))
      }
      if (at >= (sequencer.known()?.next ?? end)) break
    }
    for (const commit of missing.values()) sequencer.position(commit, group)
  }

  return {
    publish,
    /** A commit that this process has just appended, in its chunk. */
    enter: (commit: Commit): void => {
      followUp(commit, commit.journal)
      sequencers[commit.partition]?.position(commit, commit.journal)
    },
    adopt: (async (commits, heads) => {
      const group = `adopted:${randomUUID()}`
      const done = journal.adopt(group, commits.length)
      for (const commit of commits) followUp(commit, group)
      const byPartition = Map.groupBy(commits, c => c.partition)
      for (const [partition, some] of byPartition) await place(partition, some, heads[partition] ?? START, group)
      await done
    }) satisfies FollowUpRun,
  }
}
