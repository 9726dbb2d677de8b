import type { Effect } from '../check/effects.ts'
import type { Promised } from '../check/sagas.ts'

/** What the client knows: what was acknowledged, and what was asked for without ever an answer. */
export type Ledger = {
  acknowledged: Effect[]
  /** Nobody knows whether these happened. */
  asked: Effect[]
  sagas: Promised[]
  /** Addresses that an invitation was sent to; each gets one mail. */
  invited: string[]
  /** Projects that sagas build: their tasks are known by title. */
  built: Set<string>
  /** Projects that were asked back: with those that came back none of these tasks stays away, with those that did not none stays. */
  askedBack: { projectId: string; titles: readonly string[] }[]
  /** Aggregates that said what nobody can handle. */
  poisoned: Set<string>
}
export const newLedger = (): Ledger => ({ acknowledged: [], asked: [], sagas: [], invited: [], built: new Set(), askedBack: [], poisoned: new Set() })
