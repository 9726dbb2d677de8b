import { untilNextTick } from '../../waiting.ts'

const BEAT_MS = 50
const FEW = 4
const WITHIN_MS = 80

/**
 * Awaited after each segment by all partitions of a log. While segments keep coming, four within a few beats, commits wait for the next one and share
 * a segment, and the partitions an insert. Who writes now and then waits for nothing: one insert more costs nobody anything then.
 */
export const commonBeat = (): (() => Promise<void>) => {
  const newest: number[] = []
  return async () => {
    const now = performance.now()
    newest.push(now)
    if (newest.length > FEW) newest.shift()
    const [first = now] = newest
    if (newest.length === FEW && now - first < WITHIN_MS) await untilNextTick(BEAT_MS)
  }
}
