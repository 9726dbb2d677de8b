import { LRUCache } from 'lru-cache'
import type { Clock } from '../../clock.ts'
import type { Commit } from './commit.ts'
import { CHUNK } from './journal.ts'
import { BATCH_BYTES, jsonBytes } from '../../batching/weight.ts'
import { pause } from '../../waiting.ts'
import type { Adopt } from './pipeline.ts'
import type { CommitStore, Recovered, Writer } from '../store/store.ts'
import type { Logger } from '../../observe/log.ts'

type Seen = { beat: number; since: number; againAt: number; under?: Promise<boolean> | undefined }
export type RecoveryOptions = {
  store: Pick<CommitStore, 'writers' | 'readChunk' | 'removeWriter' | 'saveRecovered'>
  writer: string
  instanceId: string
  beatMs: number
  clock: Clock
  logger: Logger
  adopt: Adopt
  /** A process whose beat stands still for so long is taken for dead. Being wrong costs repeated publications, nothing else. */
  deadAfterMs: number
}
const PATIENCE_MS = 1_000
/** What a process was stays in the list for so long after it was taken for dead. */
export const FORGET_AFTER_MS = 600_000
// Chunks are filled one after the other, but a chunk whose inserts all got lost leaves a hole.
const HOLES = 3
const FULL_BYTES = 8 * BATCH_BYTES
// A process that waited for something for hours leaves many chunks.
const ADOPTED_AT_ONCE = 16 * CHUNK

/** Looks for processes that stand still and sees their commits through. */
export const recovery = ({ store, writer, instanceId, beatMs, clock, logger, adopt, deadAfterMs }: RecoveryOptions) => {
  const others = new Map<string, Seen>()
  const leftBy = new LRUCache<string, ReadonlySet<string>>({ max: 100 })
  const full = new LRUCache<string, readonly Commit[]>({ maxSize: FULL_BYTES, sizeCalculation: jsonBytes })
  let looked = -Infinity
  const chunkOf = async (name: string): Promise<readonly Commit[]> => {
    const known = full.get(name)
    if (known) return known
    const commits = await store.readChunk(name)
    if (commits.length >= CHUNK) full.set(name, commits)
    return commits
  }

  /** The chunks that a process has open: those before its last one, that one, and what was begun behind it. */
  const chunksOf = async function* (dead: Writer): AsyncGenerator<readonly Commit[]> {
    const last = dead.open.at(-1) ?? 0
    for (const chunk of dead.open.filter(c => c < last)) yield await chunkOf(`${dead.id}:${chunk}`)
    for (let chunk = last, empty = 0; empty < HOLES; chunk++) {
      const commits = await chunkOf(`${dead.id}:${chunk}`)
      empty = commits.length > 0 ? 0 : empty + 1
      yield commits
    }
  }
  const unfinishedOf = async (dead: Writer): Promise<Commit[]> => {
    const found: Commit[] = []
    for await (const commits of chunksOf(dead)) found.push(...commits)
    return found
  }
  /** Sees through what a process left, a part at a time; resolves to the number of its commits. */
  const adoptAll = async (dead: Writer): Promise<number> => {
    const adopted: Promise<void>[] = []
    let count = 0
    let part: Commit[] = []
    const adoptPart = async (): Promise<void> => {
      if (part.length === 0) return
      logger.info({ writer: dead.id, commits: part.length }, 'seeing through what a stopped process left')
      const under = adopt(part, dead.heads)
      adopted.push(under)
      count += part.length
      part = []
      // One that waits for something lets the next begin.
      await Promise.race([under, pause(PATIENCE_MS)])
    }
    for await (const commits of chunksOf(dead)) {
      part.push(...commits)
      if (part.length >= ADOPTED_AT_ONCE) await adoptPart()
    }
    await adoptPart()
    await Promise.all(adopted)
    return count
  }
  const recover = async (dead: Writer, seen: Seen): Promise<void> => {
    const known = recoveredOf(dead)
    const isSeenThrough = known !== undefined && known === (await unfinishedOf(dead)).length
    // More has arrived: others may learn its position before the read models have it.
    if (known !== undefined && !isSeenThrough) await store.saveRecovered(dead.id, NOT_RECOVERED)
    const commits = isSeenThrough ? known : await adoptAll(dead)
    seen.againAt = clock.monotonic() + deadAfterMs * 3
    // Whoever comes after this process needs not do it all again.
    if (!isSeenThrough) await store.saveRecovered(dead.id, { beat: dead.beat, commits })
  }
  const look = async (other: Writer): Promise<void> => {
    const now = clock.monotonic()
    const seen = others.get(other.id)
    if (!seen || seen.beat !== other.beat) {
      // An earlier run of this very instance cannot be alive. One that woke may leave more than what is just being seen through: that is not waited for.
      const mine = other.id.startsWith(`${instanceId}.`)
      others.set(other.id, { beat: other.beat, since: mine && !seen ? now - deadAfterMs : now, againAt: 0 })
    }
    const known = others.get(other.id)
    if (!known || known.under || now - known.since < deadAfterMs || now < known.againAt) return
    // A follow-up that does not succeed holds up its own process's chunks, and nobody else's.
    known.under = recover(other, known).then(() => true, (error: unknown) => {
      logger.warn({ error, writer: other.id }, 'the log will look again')
      return false
    })
    void known.under.finally(() => { known.under = undefined })
    if (!await Promise.race([known.under, pause(PATIENCE_MS).then(() => false)])) return
    // It stays known for a while: a process that was only paused may append once more before it notices.
    if (now - known.since >= deadAfterMs + FORGET_AFTER_MS) { await store.removeWriter(other.id, other.beat); others.delete(other.id) }
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
    /** Whether no other process has shown itself for as long as a dead one would not; before the first look nobody knows. */
    alone: (): boolean => looked > -Infinity && [...others.values()].every(({ since }) => clock.monotonic() - since >= deadAfterMs),
    /** One look at all other processes. */
    look: async (): Promise<void> => {
      const all = await store.writers()
      const now = clock.monotonic()
      // While the store was away nobody could show that he lives.
      if (now - looked > beatMs * 2) for (const seen of others.values()) seen.since = now
      for (const other of all) if (other.id !== writer) await look(other)
      looked = clock.monotonic()
    },
  }
}

const NONE: ReadonlySet<string> = new Set()
/** As of no beat that there is. */
const NOT_RECOVERED: Recovered = { beat: -1, commits: 0 }
/** How many of the commits that a process left have been seen through by others; undefined when nobody has looked, or it has shown itself since. */
const recoveredOf = ({ beat, recovered }: Writer): number | undefined => (recovered?.beat === beat ? recovered.commits : undefined)
