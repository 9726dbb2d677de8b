import type { Aggregate, Change } from '../log/aggregate.ts'
import { parseStream, type DomainEvent } from '../log/commit.ts'
import { pause } from '../../waiting.ts'
import type { EventLog } from '../log/event-log.ts'

// A process that stood still may be late by twenty seconds more than one look; then it is taken for dead, and what it left is done again.
const LOOKS = 6
// The store may be away; not for ever.
const TRIES = 100
const AT_ONCE = 200

export type LatecomerOptions<S, C, E extends DomainEvent, L extends DomainEvent> = {
  log: EventLog<L>
  aggregate: Aggregate<S, C, E>
  /** Where each partition goes on. */
  at: readonly number[]
  everyMs: number
  take: (change: Change<S>) => Promise<void>
}

/** After a rebuild other processes write to the old collection until they notice: what they changed is taken over from the log. */
export const lateWriters = async <S, C, E extends DomainEvent, L extends DomainEvent>({ log, aggregate, at, everyMs, take }: LatecomerOptions<S, C, E, L>): Promise<void> => {
  const next = [...at]
  const read = async (partition: number, from: number): Promise<void> => {
    const streams = new Set<string>()
    let end = from
    for await (const { commits, next: after } of log.scan(partition, from)) {
      for (const { journal, stream } of commits) if (!journal.startsWith(`${log.writer}:`)) streams.add(stream)
      end = after
    }
    const changed = [...streams].map(parseStream).filter(stream => stream.aggregate === aggregate.name)
    // Many at once, so that they share writes.
    for (let i = 0; i < changed.length; i += AT_ONCE) {
      await Promise.all(changed.slice(i, i + AT_ONCE).map(async ({ tenantId, id }) => take({ tenantId, id, ...await aggregate.load(tenantId, id) })))
    }
    next[partition] = end
  }
  const look = async (): Promise<void> => {
    // Who appends has made himself known before.
    if ((await log.store.writers()).every(({ id }) => id === log.writer)) return
    for (const [partition, from] of next.entries()) await read(partition, from)
  }
  for (let [looks, tries] = [0, 0]; looks < LOOKS && tries < TRIES; tries++) {
    await pause(everyMs)
    try {
      await look()
      looks++
    } catch (error) {
      log.logger.warn({ error, aggregate: aggregate.name }, 'what others changed during a rebuild is looked for again')
    }
  }
}
