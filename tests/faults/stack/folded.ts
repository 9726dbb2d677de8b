import type { Connection } from 'mongoose'
import { systemClock } from '../../../services/shared/kit/clock.ts'
import { memoryDapr } from '../../../services/shared/kit/dapr/memory-dapr.ts'
import type { Aggregate, Change } from '../../../services/shared/kit/events/log/aggregate.ts'
import { parseStream, type Commit, type DomainEvent } from '../../../services/shared/kit/events/log/commit.ts'
import type { View } from '../../../services/shared/kit/events/views/view.ts'
import { silentLogger } from '../../../services/shared/kit/observe/log.ts'
import { checkView } from '../check/views.ts'

type Folding<S> = Pick<Aggregate<S, never, DomainEvent>, 'name' | 'initial' | 'fold'>

/** What a log needs that is only looked at. */
export const given = (db: Connection) => ({ db, dapr: memoryDapr(), clock: systemClock, logger: silentLogger })

/** Every aggregate of a kind as these commits make it. */
export const statesOf = <S>({ name, initial, fold }: Folding<S>, commits: readonly Commit[]): Change<S>[] =>
  [...Map.groupBy(commits, c => c.stream)].flatMap(([stream, some]) => {
    const { tenantId, aggregate: kind, id } = parseStream(stream)
    if (kind !== name) return []
    const ordered = some.toSorted((a, b) => a.version - b.version)
    return [{ tenantId, id, version: ordered.at(-1)?.version ?? 0, state: ordered.reduce(fold, initial) }]
  })

/** A read model, live against what the log makes of it. */
export const checkLive = async <S, D extends object>(of: Folding<S>, view: Pick<View<D, S>, 'documentOf' | 'collection'>, commits: readonly Commit[]): Promise<string[]> =>
  checkView(of.name, statesOf(of, commits).map(view.documentOf).filter(document => !('gone' in document)), await view.collection.find({})).unequal
