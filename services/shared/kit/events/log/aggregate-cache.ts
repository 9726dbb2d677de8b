import { LRUCache } from 'lru-cache'
import { singleFlight } from '../../batching/single-flight.ts'
import { oneByOne } from '../../one-by-one.ts'
import { commitId, type Commit, type DomainEvent } from './commit.ts'
import type { EventLog } from './event-log.ts'

/** An aggregate folded from its stream; `commands` are the ids of its newest commands. */
export type Folded<S> = { state: S; version: number; hash: string; journal: string; commands: readonly string[] }

const COMMANDS_KEPT = 64
// A UUIDv7 was made for this one command; an id that can come again after many others is derived from something.
// The beginning suffices: an id that only begins with one is a step of such a command, or follows from something that has such an id. It comes again
// after a crash only, when the state shows what was done. To look them all up would read a long stream, such as a graph of links, for each command.
const isUnique = (commandId: string): boolean => /^[\da-f]{8}-[\da-f]{4}-7/.test(commandId)
const PROBES = 4

/** Folded states in memory, and how they are brought up to date. */
export const aggregateCache = <S, L extends DomainEvent>(
  { log, initial, fold, size }: { log: EventLog<L>; initial: S; fold: (state: S, commit: Commit) => S; size: number },
) => {
  const cache = new LRUCache<string, Folded<S>>({ max: size })
  const absent: Folded<S> = { state: initial, version: 0, hash: '', journal: '', commands: [] }
  const grow = (known: Folded<S>, commit: Commit): Folded<S> => ({
    state: fold(known.state, commit), version: commit.version, hash: commit.hash, journal: commit.journal,
    commands: [...known.commands.slice(1 - COMMANDS_KEPT), commit.commandId],
  })
  /** Keeps the newer of two. */
  const keep = (stream: string, folded: Folded<S>): Folded<S> => {
    const known = cache.get(stream)
    if (known && known.version > folded.version) return known
    if (folded.version > 0) cache.set(stream, folded)
    return folded
  }

  const readOn = async (stream: string): Promise<Folded<S>> => {
    let known = cache.get(stream)
    for (let i = 0; known && i < PROBES; i++) {
      const next = await log.store.findCommit(commitId(stream, known.version + 1))
      if (!next) return keep(stream, known)
      // The log was put back behind what is known, and went on from there: none of that holds.
      if (next.previousHash === known.hash) known = grow(known, next)
      else { cache.delete(stream); known = undefined }
    }
    let newest = known ?? absent
    await log.readStream(stream, commit => { newest = grow(newest, commit) }, newest.version)
    return keep(stream, newest)
  }
  const reading = singleFlight<Folded<S>>()

  return {
    absent, grow, keep,
    peek: (stream: string): Folded<S> | undefined => cache.get(stream),
    /**
     * What the log says now: one look-up for the version after the known one, more only when others have written.
     * Those who ask meanwhile share the next reading, so that a long stream is read once, however many ask for it.
     */
    newest: (stream: string): Promise<Folded<S>> => reading(stream, () => readOn(stream)),
    /** Whether the stream already has this command. */
    hasCommand: async (stream: string, known: Folded<S>, commandId: string): Promise<boolean> =>
      known.commands.includes(commandId)
      || (known.version > COMMANDS_KEPT && !isUnique(commandId) && await log.store.findCommand(stream, commandId) !== undefined),
    /** Runs what concerns one stream one after the other. */
    serial: oneByOne(),
  }
}
