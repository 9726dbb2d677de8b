import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { mongo } from 'mongoose'
import type { Commit } from '../log/commit.ts'
import type { Segment, SegmentHead } from './store.ts'

// Events are kept as JSON text: what was hashed is what is stored, whatever a user puts into a text or uses as a key (dots, dollars, NUL),
// on every store; and it is the cheapest to insert.
export type CommitRow = Omit<Commit, 'id' | 'events' | 'publicEvents'> & { _id: string; events: string; publicEvents: string }
/** The commits of a segment are there a second time, so they are packed: a fifth of the bytes, for less time than it took to write them down. */
export type SegmentRow = Omit<Segment, 'id' | 'commits'> & { _id: string; commits: string | mongo.Binary }

export const commitRow = ({ id, events, publicEvents, ...rest }: Commit): CommitRow =>
  ({ _id: id, ...rest, events: JSON.stringify(events), publicEvents: JSON.stringify(publicEvents) })
export const commitOf = ({ _id, events, publicEvents, ...rest }: CommitRow): Commit =>
  ({ id: _id, ...rest, events: JSON.parse(events), publicEvents: JSON.parse(publicEvents) })

// A piece is taken before it is known how much will come; what is left of it is let go of late.
const quick = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: 4_096 }
const unpacked = (commits: SegmentRow['commits']): string => (typeof commits === 'string' ? commits : zstdDecompressSync(commits.value()).toString())
export const segmentRow = ({ id, commits, ...rest }: Segment): SegmentRow =>
  ({ _id: id, ...rest, commits: new mongo.Binary(zstdCompressSync(JSON.stringify(commits), quick)) })
export const segmentHeadOf = ({ _id, ...rest }: Omit<SegmentRow, 'commits'>): SegmentHead => ({ id: _id, ...rest })
/** Reads both: what was written before segments were packed is text. */
export const segmentOf = ({ _id, commits, ...rest }: SegmentRow): Segment => ({ id: _id, ...rest, commits: JSON.parse(unpacked(commits)) })
