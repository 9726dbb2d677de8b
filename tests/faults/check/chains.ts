import { hashOf, type Commit } from '../../../services/shared/kit/events/log/commit.ts'
import { segmentHolds } from '../../../services/shared/kit/events/positions/segments.ts'
import type { Segment } from '../../../services/shared/kit/events/store/store.ts'
import type { Findings } from './findings.ts'

/** Each stream counts its versions from 1 without a hole, and each commit holds the hash of the one before it. */
export const checkStreams = (commits: readonly Commit[]): Pick<Findings, 'disorder' | 'broken'> => {
  const [disorder, broken]: [string[], string[]] = [[], []]
  for (const [stream, some] of Map.groupBy(commits, c => c.stream)) {
    let before = { version: 0, hash: '' }
    for (const commit of some.toSorted((a, b) => a.version - b.version)) {
      if (commit.version !== before.version + 1) disorder.push(`${stream}: version ${commit.version} follows ${before.version}`)
      if (commit.previousHash !== before.hash) broken.push(`${commit.id} does not continue the commit before it`)
      if (hashOf(commit) !== commit.hash) broken.push(`${commit.id} was changed`)
      before = commit
    }
  }
  return { disorder, broken }
}

/** Segments follow each other without a hole, each commit has one position, and positions keep the order of each stream. */
export const checkPositions = (commits: readonly Commit[], segments: readonly Segment[]): Pick<Findings, 'missing' | 'twice' | 'disorder' | 'broken'> => {
  const found: Pick<Findings, 'missing' | 'twice' | 'disorder' | 'broken'> = { missing: [], twice: [], disorder: [], broken: [] }
  const placed = new Set<string>()
  const versions = new Map<string, number>()
  for (const [partition, some] of Map.groupBy(segments, s => s.partition)) {
    let [next, hash] = [0, '']
    for (const segment of some.toSorted((a, b) => a.first - b.first)) {
      if (segment.first !== next) found.disorder.push(`partition ${partition}: a segment begins at ${segment.first}, not at ${next}`)
      if (segment.previousHash !== hash || !segmentHolds(segment)) found.broken.push(`segment ${segment.id}`)
      ;[next, hash] = [segment.first + segment.count, segment.hash]
      for (const { id, stream, version } of segment.commits) {
        if (placed.has(id)) found.twice.push(`${id} has two positions`)
        placed.add(id)
        if (version !== (versions.get(stream) ?? 0) + 1) found.disorder.push(`${id} is positioned after version ${versions.get(stream) ?? 0}`)
        versions.set(stream, Math.max(version, versions.get(stream) ?? 0))
      }
    }
  }
  found.missing.push(...commits.filter(c => !placed.has(c.id)).map(c => `${c.id} has no position`))
  return found
}
