import { LRUCache } from 'lru-cache'
import { singleFlight } from '../../batching/single-flight.ts'
import { oneByOne } from '../../one-by-one.ts'
import { shortLivedMap } from '../../short-lived.ts'
import { storeAway } from '../../unavailable.ts'
import { within } from '../../waiting.ts'
import { commitId, type Commit, type DomainEvent } from './commit.ts'
import type { EventLog } from './event-log.ts'

/** An aggregate folded from its stream; `commands` are the ids of its newest commands. It was the newest at `asOf` (`performance.now()`) or later. */
export type Folded<S> = { state: S; version: number; hash: string; journal: string; commands: readonly string[]; asOf: number }

const COMMANDS_KEPT = 64
// A UUIDv7 was made for this one command; an id that can come again after many others is derived from something.
// The beginning suffices: an id that only begins with one is a step of such a command, or follows from something that has such an id. It comes again
// after a crash only, when the state shows what was done. To look them all up would read a long stream, such as a graph of links, for each command.
const isUnique = (commandId: string): boolean => /^[\da-f]{8}-[\da-f]{4}-7/.test(commandId)
const PROBES = 4
/** So long a read waits to learn whether others append. */
const LOOK_MS = 200

/** Folded states in memory, and how they are brought up to date. */
export const aggregateCache = <S, L extends DomainEvent>(
  { log, initial, fold, size }: { log: EventLog<L>; initial: S; fold: (state: S, commit: Commit) => S; size: number },
) => {
  const cache = new LRUCache<string, Folded<S>>({ max: size })
  const absent: Folded<S> = { state: initial, version: 0, hash: '', journal: '', commands: [], asOf: -Infinity }
  const grow = (known: Folded<S>, commit: Commit, asOf = known.asOf): Folded<S> => ({
    state: fold(known.state, commit), version: commit.version, hash: commit.hash, journal: commit.journal,
    // Not spread, which leaves room for sixteen more in each of thousands of aggregates.
    commands: known.commands.slice(1 - COMMANDS_KEPT).concat(commit.commandId), asOf,
  })
  /** Keeps the newer of two. */
  const keep = (stream: string, folded: Folded<S>): Folded<S> => {
    const known = cache.get(stream)
    if (known && (known.version > folded.version || (known.version === folded.version && known.asOf > folded.asOf))) return known
    if (folded.version > 0) cache.set(stream, folded)
    return folded
  }

  // Streams that are being read, and whether something was appended to them since that began.
  const overtaken = shortLivedMap<string, boolean>()
  const readFrom = async (stream: string): Promise<Folded<S>> => {
    let known = cache.get(stream)
    for (let i = 0; known && i < PROBES; i++) {
      const next = await log.store.findCommit(commitId(stream, known.version + 1))
      if (!next) return known
      // The log was put back behind what is known, and went on from there: none of that holds.
      if (next.previousHash === known.hash) known = grow(known, next)
      else { cache.delete(stream); known = undefined }
    }
    let newest = known ?? absent
    await log.readStream(stream, commit => { newest = grow(newest, commit) }, newest.version)
    return newest
  }
  const readOn = async (stream: string): Promise<Folded<S>> => {
    const asOf = performance.now()
    overtaken.set(stream, false)
    try {
      const newest = { ...await readFrom(stream), asOf }
      // An older one must not take the place of what was appended meanwhile, and has left the cache since.
      return overtaken.get(stream) ? newest : keep(stream, newest)
    } finally {
      overtaken.delete(stream)
    }
  }
  const reading = singleFlight<Folded<S>>()
  const reread = (stream: string): Promise<Folded<S>> => reading(stream, () => readOn(stream))
  const holds = (stream: string, known: Folded<S>, aloneSince: number): boolean =>
    known.asOf >= aloneSince && !log.isUncertain(commitId(stream, known.version + 1))

  return {
    absent, grow,
    /** What this process has just appended. */
    appended: (stream: string, folded: Folded<S>): void => {
      if (overtaken.has(stream)) overtaken.set(stream, true)
      keep(stream, folded)
    },
    peek: (stream: string): Folded<S> | undefined => cache.get(stream),
    /** What another process has appended is heard of: nobody is told what was known before it while that is read. */
    renewed: (stream: string): Promise<Folded<S>> => {
      if (overtaken.has(stream)) overtaken.set(stream, true)
      const known = cache.peek(stream)
      if (known) cache.set(stream, { ...known, asOf: -Infinity })
      return reread(stream)
    },
    /**
     * What the store says now: one look-up for the version after the known one, more only when others have written.
     * Those who ask meanwhile share the next reading, so that a long stream is read once, however many ask for it.
     */
    reread,
    /** The same, without a look-up where it is known that nobody else can have changed it, and no version is known (`atLeast`) that is missing here. */
    newest: async (stream: string, atLeast = 0): Promise<Folded<S>> => {
      if (!cache.has(stream)) return reread(stream)
      const asked = log.aloneSince()
      // Who cannot look whether he is alone asks the store itself, and gets its answer, or its error.
      const aloneSince = typeof asked === 'number' ? asked : await within(asked, LOOK_MS, storeAway).catch(() => Infinity)
      const known = cache.get(stream)
      return known && known.version >= atLeast && holds(stream, known, aloneSince) ? known : reread(stream)
    },
    /** Whether the stream already has this command. */
    hasCommand: async (stream: string, known: Folded<S>, commandId: string): Promise<boolean> =>
      known.commands.includes(commandId)
      || (known.version > COMMANDS_KEPT && !isUnique(commandId) && await log.store.findCommand(stream, commandId) !== undefined),
    /** Runs what concerns one stream one after the other. */
    serial: oneByOne(),
  }
}
