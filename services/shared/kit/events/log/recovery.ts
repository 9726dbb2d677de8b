import { LRUCache } from 'lru-cache'
import type { Clock } from '../../clock.ts'
import type { Commit } from './commit.ts'
import { CHUNK } from './journal.ts'
import { pause } from '../../waiting.ts'
import type { FollowUpRun } from '../relay/pipeline.ts'
import type { CommitStore, Writer } from '../store/store.ts'
import type { Logger } from './event-log.ts'

type Seen = { beat: number; since: number; againAt: number; under?: Promise<boolean> | undefined }
export type RecoveryOptions = {
  store: Pick<CommitStore, 'writers' | 'readChunk' | 'removeWriter' | 'saveRecovered'>
  writer: string
  instanceId: string
  clock: Clock
  logger: Logger
  adopt: FollowUpRun
  /** A process whose beat stands still for so long is taken for dead. Being wrong costs repeated publications, nothing else. */
  deadAfterMs: number
  forgetAfterMs?: number
}
const PATIENCE_MS = 1_000
// Chunks are filled one after the other, but a chunk whose inserts all got lost leaves a hole.
const HOLES = 3
// Some 0.5 MB each.
const FULL_KEPT = 32

/** Looks for processes that stand still and sees their commits through. */
export const recovery = ({ store, writer, instanceId, clock, logger, adopt, deadAfterMs, forgetAfterMs = 600_000 }: RecoveryOptions) => {
  const others = new Map<string, Seen>()
  const leftBy = new LRUCache<string, ReadonlySet<string>>({ max: 100 })
  const full = new LRUCache<string, readonly Commit[]>({ max: FULL_KEPT })
  const chunkOf = async (name: string): Promise<readonly Commit[]> => {
    const known = full.get(name)
    if (known) return known
    const commits = await store.readChunk(name)
    if (commits.length >= CHUNK) full.set(name, commits)
    return commits
  }

  const unfinishedOf = async (dead: Writer): Promise<Commit[]> => {
    const found: Commit[] = []
    const last = dead.open.at(-1) ?? 0
    for (const chunk of dead.open.filter(c => c < last)) found.push(...await chunkOf(`${dead.id}:${chunk}`))
    for (let chunk = last, empty = 0; empty < HOLES; chunk++) {
      const commits = await chunkOf(`${dead.id}:${chunk}`)
      empty = commits.length > 0 ? 0 : empty + 1
      found.push(...commits)
    }
    return found
  }
  const recover = async (dead: Writer, seen: Seen): Promise<void> => {
    const commits = await unfinishedOf(dead)
    seen.againAt = clock.monotonic() + deadAfterMs * 3
    if (commits.length === recoveredOf(dead)) return
    if (commits.length > 0) logger.info({ writer: dead.id, commits: commits.length }, 'seeing through what a stopped process left')
    await adopt(commits, dead.heads)
    // Whoever comes after this process needs not do it all again.
    await store.saveRecovered(dead.id, { beat: dead.beat, commits: commits.length })
  }
  const look = async (other: Writer): Promise<void> => {
    const now = clock.monotonic()
    const seen = others.get(other.id)
    if (!seen || seen.beat !== other.beat) {
      // An earlier run of this very instance cannot be alive.
      const mine = other.id.startsWith(`${instanceId}.`)
      others.set(other.id, { beat: other.beat, since: mine && !seen ? now - deadAfterMs : now, againAt: 0, under: seen?.under })
    }
    const known = others.get(other.id)
    if (!known || known.under || now - known.since < deadAfterMs || now < known.againAt) return
    // A follow-up that does not succeed holds up its own process's chunks, and nobody else's.
    known.under = recover(other, known).then(() => true, (error: unknown) => { logger.warn({ error, writer: other.id }, 'the log will look again'); return false })
    void known.under.finally(() => { known.under = undefined })
    if (!await Promise.race([known.under, pause(PATIENCE_MS).then(() => false)])) return
    // It stays known for a while: a process that was only paused may append once more before it notices.
    if (now - known.since >= deadAfterMs + forgetAfterMs) { await store.removeWriter(other.id); others.delete(other.id) }
  }

  return {
    /** The ids of what a dead process left, if all of that has been seen through; else nothing. */
    recovered: async (dead: Writer): Promise<ReadonlySet<string>> => {
      const count = recoveredOf(dead)
      if (count === undefined) return NONE
      const key = `${dead.id} ${dead.beat} ${count}`
      const known = leftBy.get(key)
      if (known) return known
      const commits = await unfinishedOf(dead)
      // More has arrived since: it will be looked at again.
      if (commits.length !== count) return NONE
      const ids = new Set(commits.map(({ id }) => id))
      leftBy.set(key, ids)
      return ids
    },
    /** What other processes have appended and may not have seen through yet: those that work, and those that died and were not looked for so far. */
    unfinished: async (): Promise<Commit[]> => {
      const found: Commit[] = []
      // One after the other: after many crashes they are many, and whoever sees them through needs connections to the store, too.
      for (const other of await store.writers()) if (other.id !== writer && recoveredOf(other) === undefined) found.push(...await unfinishedOf(other))
      return found
    },
    /** One look at all other processes. */
    look: async (): Promise<void> => {
      for (const other of await store.writers()) if (other.id !== writer) await look(other)
    },
  }
}

const NONE: ReadonlySet<string> = new Set()
/** How many of the commits that a process left have been seen through by others; undefined when nobody has looked, or it has shown itself since. */
const recoveredOf = ({ beat, recovered }: Writer): number | undefined => (recovered?.beat === beat ? recovered.commits : undefined)
