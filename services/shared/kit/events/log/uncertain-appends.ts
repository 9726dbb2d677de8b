import type { Clock } from '../../clock.ts'
import type { Adopt } from './pipeline.ts'
import type { CommitStore } from '../store/store.ts'
import type { Commit } from './commit.ts'
import type { Journal } from './journal.ts'

/** So long an insert whose answer was lost is looked for: a store that was held can still take it from a connection that is long given up. */
const LOOKED_FOR_MS = 600_000
/** Most arrive in the first minute, or never. */
const OFTEN_MS = 60_000
const SELDOM_MS = 30_000

export type UncertainAppendsOptions = { store: Pick<CommitStore, 'findCommit'>; journal: Journal; adopt: Adopt; clock: Clock }
export type UncertainAppends = ReturnType<typeof uncertainAppends>

/** The commits that were refused although they may be in the store: looked for until they are found and have their place, or will not come any more. */
export const uncertainAppends = ({ store, journal, adopt, clock }: UncertainAppendsOptions) => {
  // By the commit itself: two commands may have gone for the same place in a stream, and both be uncertain.
  const uncertain = new Map<Commit, { since: number; looked: number; found: boolean }>()
  const counts = new Map<string, number>()
  const tally = (id: string, by: number): void => {
    const left = (counts.get(id) ?? 0) + by
    if (left > 0) counts.set(id, left)
    else counts.delete(id)
  }

  return {
    track: (commit: Commit): void => {
      uncertain.set(commit, { since: clock.monotonic(), looked: -Infinity, found: false })
      tally(commit.id, 1)
    },
    isTracked: (commit: Commit): boolean => uncertain.has(commit),
    /** A commit of this id is uncertain. */
    hasId: (id: string): boolean => counts.has(id),
    count: (): number => uncertain.size,
    /** One look at all of them. */
    look: async (): Promise<void> => {
      for (const [commit, entry] of uncertain) {
        const { since } = entry
        const now = clock.monotonic()
        if (entry.found || (now - since > OFTEN_MS && now - entry.looked < SELDOM_MS)) continue
        entry.looked = now
        const found = await store.findCommit(commit.id)
        if (!found && now - since < LOOKED_FOR_MS) continue
        entry.found = true
        // Not awaited: a follow-up that does not succeed must not keep others from being looked for.
        // Uncertain until it has its place: what continues its stream has to wait for that.
        const seen = found?.hash === commit.hash ? adopt([commit], journal.earliestOf(commit.journal)) : Promise.resolve()
        void seen.then(() => { uncertain.delete(commit); tally(commit.id, -1); journal.leave(commit.journal) })
      }
    },
  }
}
