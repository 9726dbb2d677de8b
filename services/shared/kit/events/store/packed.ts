import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Commit } from '../log/commit.ts'

// A piece is taken before it is known how much will come.
const quick = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: 4_096 }

/** Commits as a segment keeps them: a fifth of their JSON, for less time than it took to write that down, and nothing that a collection of garbage looks at. */
export const packed = (commits: readonly Commit[]): Uint8Array =>
  // A copy: what is left of the piece is not kept with it.
  new Uint8Array(zstdCompressSync(JSON.stringify(commits), quick))
export const unpacked = (commits: Uint8Array): Commit[] => JSON.parse(zstdDecompressSync(commits).toString())
