import { singleFlight } from '../../batching/single-flight.ts'
import { repeatedly } from '../../repeatedly.ts'
import type { Aggregate, Change } from '../log/aggregate.ts'
import { parseStream, type DomainEvent } from '../log/commit.ts'
import type { EventLog } from '../log/event-log.ts'
import { isUnavailable } from '../../unavailable.ts'
import type { Unreadable } from './acknowledged.ts'
import type { Named } from './generations.ts'

// A process that stood still may be late by twenty seconds more than one look; then it is taken for dead, and what it left is done again.
const LOOKS = 6
const AT_ONCE = 200

export type LateWritersOptions<S, C, E extends DomainEvent, L extends DomainEvent> = {
  log: EventLog<L>
  aggregate: Aggregate<S, C, E>
  /** The view, and the shape of its documents here. */
  view: string
  shape: number
  everyMs: number
  /** Looks at what the database says of the view, and hands it to `seen`. */
  look: () => Promise<unknown>
  take: (change: Change<S>) => Promise<void>
  /** Nobody is late any more. */
  over: () => Promise<void>
}
/** `all`: those with the same shape may be late, too. `unreadable`: why not all of an organization's could be taken over. */
type Late = { generation: number; next: number[]; looks: number; all: boolean; unreadable: Map<string, unknown> }

/**
 * After a rebuild other processes write to the collection before: those of the same shape until they notice, those of another shape as long as they live.
 * What they changed is taken over from the log, by every process into its own collection.
 */
export const lateWriters = <S, C, E extends DomainEvent, L extends DomainEvent>(
  { log, aggregate, view, shape, everyMs, look, take, over }: LateWritersOptions<S, C, E, L>,
) => {
  let late: Late | undefined
  let isFirst = true
  let started = false
  const shared = singleFlight<boolean>()

  const takeOne = async ({ unreadable }: Late, { tenantId, id, atLeast }: { tenantId: string; id: string; atLeast: number }): Promise<void> => {
    try {
      await take({ tenantId, id, ...await aggregate.load(tenantId, id, atLeast) })
    } catch (error) {
      if (isUnavailable(error)) throw error
      // A newer release wrote it. To read it again would come to the same, and all others wait.
      if (!unreadable.has(tenantId)) log.logger.warn({ error, view, tenantId, id }, 'what this version cannot read is not taken over')
      unreadable.set(tenantId, error)
    }
  }
  const readPartition = async (now: Late, partition: number, punctual: readonly string[]): Promise<void> => {
    const { next } = now
    const streams = new Map<string, number>()
    let end = next[partition] ?? 0
    for await (const { commits, next: after } of log.scan(partition, end)) {
      for (const { journal, stream, version } of commits) if (!punctual.some(writer => journal.startsWith(`${writer}:`))) streams.set(stream, version)
      end = after
    }
    const changed = [...streams].map(([stream, atLeast]) => ({ ...parseStream(stream), atLeast })).filter(stream => stream.aggregate === aggregate.name)
    // Many at once, so that they share writes.
    for (let i = 0; i < changed.length; i += AT_ONCE) {
      await Promise.all(changed.slice(i, i + AT_ONCE).map(one => takeOne(now, one)))
    }
    next[partition] = end
  }
  /** Whether processes of another shape are there. */
  const read = (now: Late): Promise<boolean> => shared(String(now.generation), async () => {
    const others = (await log.store.writers()).filter(({ id }) => id !== log.writer)
    const alike = others.filter(({ shapes }) => (shapes?.[view] ?? 1) === shape)
    // Of a writer that is not known any more nobody can say which shape he had.
    const punctual = [log.writer, ...(now.all && now.looks < LOOKS ? [] : alike.map(({ id }) => id))]
    for (const partition of now.next.keys()) await readPartition(now, partition, punctual)
    return alike.length < others.length
  })
  const repeated = repeatedly(async () => {
    if (!late) return
    try {
      await look()
      const now = late
      if (!now) return
      const strangers = await read(now)
      now.looks++
      if (now.all && now.looks >= LOOKS && !strangers) await over()
    } catch (error) {
      log.logger.warn({ error, view }, 'what others changed since a rebuild is looked for again')
    }
  }, () => everyMs)
  const begin = (of: Omit<Late, 'looks' | 'unreadable'>): void => {
    late = { ...of, looks: 0, unreadable: new Map() }
    if (!started) repeated.start()
    started = true
  }

  return {
    /** This process has rebuilt the view; it goes on from these positions. */
    rebuilt: (generation: number, at: readonly number[]): void => { begin({ generation, next: [...at], all: true }) },
    /** What the database says of the view. Whoever comes later reads all since the rebuild: who made it may be dead. */
    seen: ({ next: generation, since, shape: theirs }: Named): void => {
      const all = isFirst
      isFirst = false
      if (!since) late = undefined
      // Who stays with the collection that he has goes on where he is.
      else if (!late || (generation !== late.generation && theirs === shape)) begin({ generation, next: [...since], all })
    },
    /** Resolves when all that others appended elsewhere before the call, and that has its position, is taken over; `unreadable` hears what is not. */
    caughtUp: async (tenantId: string, unreadable: Unreadable): Promise<void> => {
      const now = late
      if (!now) return
      await read(now)
      if (now.unreadable.has(tenantId)) unreadable(now.unreadable.get(tenantId))
    },
    stop: repeated.stop,
  }
}
