import { mongo } from 'mongoose'
import type { Commit } from '../log/commit.ts'
import { packed, unpacked } from './packed.ts'
import type { Segment, SegmentHead } from './store.ts'

// Events are kept as JSON text: what was hashed is what is stored, whatever a user puts into a text or uses as a key (dots, dollars, NUL),
// on every store; and it is the cheapest to insert.
export type CommitRow = Omit<Commit, 'id' | 'events' | 'publicEvents'> & { _id: string; events: string; publicEvents: string }
/** The commits of a segment are there a second time, so they are packed. */
export type SegmentRow = Omit<Segment, 'id' | 'commits'> & { _id: string; commits: string | mongo.Binary }

export const commitRow = ({ id, events, publicEvents, ...rest }: Commit): CommitRow =>
  ({ _id: id, ...rest, events: JSON.stringify(events), publicEvents: JSON.stringify(publicEvents) })
export const commitOf = ({ _id, events, publicEvents, ...rest }: CommitRow): Commit =>
  ({ id: _id, ...rest, events: JSON.parse(events), publicEvents: JSON.parse(publicEvents) })

export const segmentRow = ({ id, commits, ...rest }: Segment, pack = packed(commits)): SegmentRow => ({ _id: id, ...rest, commits: new mongo.Binary(pack) })
export const segmentHeadOf = ({ _id, ...rest }: Omit<SegmentRow, 'commits'>): SegmentHead => ({ id: _id, ...rest })
/** Reads both: what was written before segments were packed is text. */
export const segmentOf = ({ _id, commits, ...rest }: SegmentRow): Segment =>
  ({ id: _id, ...rest, commits: typeof commits === 'string' ? JSON.parse(commits) : unpacked(commits.value()) })
