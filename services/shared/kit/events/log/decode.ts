import { parseStream, type Commit, type DomainEvent, type StoredEvent } from './commit.ts'
import type { DomainCommit, Upcasters } from './event-log.ts'

const lift = ({ type, version, data }: StoredEvent, upcasters: Upcasters): DomainEvent => {
  const steps = upcasters[type] ?? []
  if (version > steps.length + 1) throw new Error(`${type} version ${version} was written by a newer release`)
  return { ...steps.slice(version - 1).reduce<Readonly<Record<string, unknown>>>((older, step) => step(older), data), type }
}

/** Reads stored commits in the words of the domain, with the upcasters of each aggregate. */
export const decoder = <E extends DomainEvent>() => {
  const upcasters = new Map<string, Upcasters>()
  return {
    upcast: (aggregate: string, steps: Upcasters): void => { upcasters.set(aggregate, steps) },
    decode: (commit: Commit): DomainCommit<E> => {
      const { aggregate, id } = parseStream(commit.stream)
      const events = commit.events.map(event => lift(event, upcasters.get(aggregate) ?? {}))
      // Stored events were this service's own events when they were appended, and the upcasters made them today's: the log is their type's only witness.
      return { ...commit, aggregate, aggregateId: id, events: events as E[] }
    },
  }
}
