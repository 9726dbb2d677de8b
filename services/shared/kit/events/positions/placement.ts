import type { Commit } from '../log/commit.ts'
import type { CommitStore, Segment } from '../store/store.ts'
import { endOf, segmentsFrom } from './segments.ts'
import type { Predecessors } from './predecessors.ts'
import type { Sequencer } from './sequencer.ts'

/** A commit that needs a position, the group it counts for, and where that position can be at the earliest. */
export type Placing = { commit: Commit; group: string; from: number }
type Missing = Map<string, Pick<Placing, 'commit' | 'group'>>
/** A segment that holds some of them, counted by group. */
type Placed = { segment: Segment; groups: Map<string, number> }
export type PlacementOptions = {
  store: Pick<CommitStore, 'findSegment' | 'readPage'>
  before: Predecessors
  publish: (segment: Segment, groups: ReadonlyMap<string, number>) => void
}
// Commits of others that are positioned on the way; their own process, or its recovery, accounts for them.
const OTHERS = 'others'

/**
 * Positions those of the commits that are in no segment, each stream in its order, and publishes again the segments that hold the others.
 * Whatever throws on the way, nothing has been done: it can be tried again.
 */
export const placement = ({ store, before, publish }: PlacementOptions) => {
  /** What has to be placed, each stream in its order and behind what others may have left unplaced of it, and where the log has to be read from. */
  const collect = async (sequencer: Sequencer, placings: readonly Placing[]): Promise<{ missing: Missing; from: number }> => {
    const missing: Missing = new Map()
    let from = Math.min(...placings.map(placing => placing.from))
    for (const stream of Map.groupBy(placings, ({ commit }) => commit.stream).values()) {
      let last: number | undefined
      for (const placing of stream.toSorted((a, b) => a.commit.version - b.commit.version)) {
        const { commit } = placing
        // What lies between may have been left by yet another process.
        if (commit.version - 1 !== last) {
          const unplaced = await before.unplacedBefore(sequencer, commit)
          from = Math.min(from, unplaced.from)
          for (const one of unplaced.commits) if (!missing.has(one.id)) missing.set(one.id, { commit: one, group: OTHERS })
        }
        missing.set(commit.id, placing)
        last = commit.version
      }
    }
    return { missing, from }
  }
  /** Reads on from a segment to the end; what it finds goes out of `missing`, and its segment into `placed`. Resolves to where the end was. */
  const readOn = async (partition: number, from: number, missing: Missing, placed: Placed[]): Promise<number> => {
    let at = from
    for await (const segment of segmentsFrom(store, partition, from)) {
      at = endOf(segment).next
      const groups = new Map<string, number>()
      for (const { id } of segment.commits) {
        const group = missing.get(id)?.group ?? OTHERS
        missing.delete(id)
        if (group !== OTHERS) groups.set(group, (groups.get(group) ?? 0) + 1)
      }
      if (groups.size > 0) placed.push({ segment, groups })
    }
    return at
  }

  return async (sequencer: Sequencer, partition: number, placings: readonly Placing[]): Promise<void> => {
    const { missing, from } = await collect(sequencer, placings)
    const { next: known } = await sequencer.catchUp()
    const placed: Placed[] = []
    let at = from
    // Once this has read as far as the sequencer knows, what is still missing can be handed to it in the same turn: whatever comes later it sees itself.
    do at = await readOn(partition, at, missing, placed); while (at < (sequencer.known()?.next ?? known))
    // Each commit is counted once, so that no chunk is ever taken for passed too early, or never.
    for (const { segment, groups } of placed) publish(segment, groups)
    // What waits there already counts for whoever handed it in.
    for (const { commit, group } of missing.values()) if (group !== OTHERS || !sequencer.has(commit.id)) sequencer.position(commit, group)
  }
}
