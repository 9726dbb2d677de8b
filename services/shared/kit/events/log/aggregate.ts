import type { CommandMeta } from '../../command.ts'
import { Refused, stale, type Decider } from '../../decider.ts'
import { networkOf } from '../../http/network.ts'
import { limited } from '../../in-parallel.ts'
import { aggregateCache, type Folded } from './aggregate-cache.ts'
import { streamOf, VersionConflict, type Commit, type DomainEvent } from './commit.ts'
import type { EventLog, Upcasters } from './event-log.ts'

/** What a commit did to its aggregate. In recovery `state` and `version` may be newer than the commit. */
export type Change<S> = { tenantId: string; id: string; state: S; version: number }
export type HistoryEntry<S, E> = {
  version: number; at: string; actor: string; correlationId: string; network?: string; events: readonly E[]; before: S; after: S
}
export type Aggregate<S, C, E extends DomainEvent> = {
  readonly name: string
  /** Decides and appends. `events` is [] when nothing happened, also when the same `commandId` comes a second time. */
  handle(tenantId: string, id: string, command: C, meta: CommandMeta): Promise<{ state: S; version: number; events: readonly E[] }>
  /** The newest state there is; version 0 = never existed. `atLeast`: a version that is known to be there, so that nothing older is trusted. */
  load(tenantId: string, id: string, atLeast?: number): Promise<{ state: S; version: number }>
  /** Whether it has had this command already. */
  knows(tenantId: string, id: string, commandId: string): Promise<boolean>
  /** As it was: after this version, or after its last commit up to this instant (ISO 8601). */
  at(tenantId: string, id: string, when: { version: number } | { time: string }): Promise<{ state: S; version: number }>
  /** The newest entries first, at most so many, of those before a version. */
  history(tenantId: string, id: string, page: { before?: number; limit: number }): Promise<HistoryEntry<S, E>[]>
  /** Called with each change after it is durable and before its command answers; a commit counts as finished only when this resolves. */
  follow(apply: (change: Change<S>) => Promise<void>): void
  fold(state: S, commit: Commit): S
  readonly initial: S
}

export type AggregateOptions<S, C, E extends DomainEvent, L extends DomainEvent> = {
  name: string
  log: EventLog<L>
  decider: Decider<S, C, E>
  upcast?: Upcasters
  /** Aggregates kept folded in memory. */
  cacheSize?: number
}

const ATTEMPTS = 4
// The past is folded from the first commit on: whoever looks at a long one must leave room for everybody else.
const PAST_AT_ONCE = 2
const contended = (): Refused => new Refused('unavailable', 'contended', 'Too many changes of the same thing at once. Try again.', { retryAfter: 1 })

/** The one way to read and change aggregates of a kind. Commands on one aggregate in this process run one after the other. */
export const aggregate = <S, C, E extends L, L extends DomainEvent>(
  { name, log, decider, upcast = {}, cacheSize = 10_000 }: AggregateOptions<S, C, E, L>,
): Aggregate<S, C, E> => {
  log.upcast(name, upcast)
  // The log's own decoder made these events from what this aggregate appended.
  const eventsOf = (commit: Commit): readonly E[] => log.decode(commit).events as readonly E[]
  const fold = (state: S, commit: Commit): S => eventsOf(commit).reduce(decider.evolve, state)
  const cache = aggregateCache({ log, initial: decider.initial, fold, size: cacheSize })
  const followers: ((change: Change<S>) => Promise<void>)[] = []
  const past = limited(PAST_AT_ONCE)

  log.project(name, async commit => {
    const { aggregateId: id, tenantId } = log.decode(commit)
    const cached = cache.peek(commit.stream)
    const known = cached && cached.version >= commit.version ? cached : await cache.renewed(commit.stream)
    await Promise.all(followers.map(apply => apply({ tenantId, id, state: known.state, version: known.version })))
  })

  const decideOn = async (
    known: Folded<S>, tenantId: string, id: string, command: C, meta: CommandMeta,
  ): Promise<{ state: S; version: number; events: readonly E[] }> => {
    const events = decider.decide(known.state, command)
    if (events.length === 0) return { state: known.state, version: known.version, events: [] }
    const stream = streamOf({ tenantId, aggregate: name, id })
    const draft = {
      tenantId, aggregate: name, id, version: known.version + 1, previousHash: known.hash, previousJournal: known.journal,
      events, eventVersions: events.map(e => (upcast[e.type]?.length ?? 0) + 1), meta,
    }
    const began = performance.now()
    let next = known
    const commit = await log.append(draft, appended => {
      next = cache.grow(known, appended, began)
      cache.appended(stream, next)
    })
    return { state: next.state, version: next.version, events: eventsOf(commit) }
  }

  const attempt = async (
    stream: string, tenantId: string, id: string, command: C, meta: CommandMeta, tries: number, seen?: Folded<S>,
  ): Promise<{ state: S; version: number; events: readonly E[] }> => {
    const { expectedVersion } = meta
    // The first try trusts the cache, and an unknown id is taken for a new one: the append itself is the check.
    const trusting = tries === 1 && expectedVersion === undefined
    const known = seen ?? (trusting ? cache.peek(stream) ?? cache.absent : await cache.newest(stream))
    if (await cache.hasCommand(stream, known, meta.commandId)) return { state: known.state, version: known.version, events: [] }
    if (expectedVersion !== undefined && expectedVersion !== known.version) throw stale(known.version)
    const again = (newest?: Folded<S>) => attempt(stream, tenantId, id, command, meta, tries + 1, newest)
    const outcome = await decideOn(known, tenantId, id, command, meta).then(result => ({ result }), (error: unknown) => ({ error }))
    // What rests on what the cache believed, that nothing is to do or a refusal, is looked at again with what the log says.
    if ('result' in outcome) return trusting && outcome.result.events.length === 0 ? again() : outcome.result
    const { error } = outcome
    const isConflict = error instanceof VersionConflict
    if (!isConflict && (!trusting || (error instanceof Refused && error.kind === 'unavailable'))) throw error
    const newest = isConflict ? await cache.reread(stream) : undefined
    if (newest && expectedVersion !== undefined) throw stale(newest.version)
    if (tries >= ATTEMPTS) throw contended()
    return again(newest)
  }

  return {
    name, initial: decider.initial, fold,
    handle: (tenantId, id, command, meta) => {
      const stream = streamOf({ tenantId, aggregate: name, id })
      return cache.serial(stream, () => attempt(stream, tenantId, id, command, meta, 1))
    },
    load: async (tenantId, id, atLeast) => {
      const { state, version } = await cache.newest(streamOf({ tenantId, aggregate: name, id }), atLeast)
      return { state, version }
    },
    knows: async (tenantId, id, commandId) => {
      const stream = streamOf({ tenantId, aggregate: name, id })
      return cache.hasCommand(stream, await cache.newest(stream), commandId)
    },
    at: (tenantId, id, when) => past(async () => {
      const until = 'version' in when ? when.version : Infinity
      let known = { state: decider.initial, version: 0 }
      let then = known
      await log.readStream(streamOf({ tenantId, aggregate: name, id }), commit => {
        if (commit.version > until) return false
        known = { state: fold(known.state, commit), version: commit.version }
        // The clock of one process may have been ahead: what others wrote behind such a commit is earlier.
        if ('version' in when || Date.parse(commit.at) <= Date.parse(when.time)) then = known
        return commit.version < until
      })
      return then
    }),
    history: (tenantId, id, { before = Infinity, limit }) => past(async () => {
      const entries: HistoryEntry<S, E>[] = []
      let state = decider.initial
      await log.readStream(streamOf({ tenantId, aggregate: name, id }), commit => {
        if (commit.version >= before) return false
        const events = eventsOf(commit)
        const after = events.reduce(decider.evolve, state)
        // The oldest commits have the machine's address.
        const network = commit.ip === null ? undefined : networkOf(commit.ip)
        entries.push({
          version: commit.version, at: commit.at, actor: commit.actor, correlationId: commit.correlationId,
          ...(network !== undefined && { network }), events, before: state, after,
        })
        if (entries.length > limit) entries.shift()
        state = after
        return commit.version + 1 < before
      })
      return entries.reverse()
    }),
    follow: apply => { followers.push(apply) },
  }
}
