import { z } from 'zod'
import { UserDeleted } from '../../shared/contracts/user/events.ts'
import type { Received } from '../../shared/kit/events/consumer/handler.ts'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { namedSql } from '../dashboard/sql.ts'
import { AT_ONCE, type Erase } from '../erasure.ts'

const Named = z.object({ named: z.number() })

/**
 * Takes events in, and is done when nothing names those any more whose going they tell of; a throw of `erase` says that it takes longer.
 * The saga that closes an account has asked for it already. But tables that are made anew know of no saga: there the log alone says who is gone.
 */
export const untilErased = (
  take: (events: readonly Received[]) => Promise<void>, db: Pick<ClickHouse, 'query'>, erase: Erase,
) => async (events: readonly Received[]): Promise<void> => {
  await take(events)
  const gone = events.filter(event => event.type === UserDeleted.type)
    .map(({ id, organizationId, data }) => ({ organizationId, userId: UserDeleted.data.parse(data).userId, sagaId: id }))
  for (const [org, some] of Map.groupBy(gone, one => one.organizationId)) {
    const named: typeof some = []
    for (let first = 0; first < some.length; first += AT_ONCE) {
      const slice = some.slice(first, first + AT_ONCE)
      if ((await db.query(Named, namedSql, { org, users: slice.map(one => one.userId) })).length > 0) named.push(...slice)
    }
    // All at once, so that one rewrite takes along as many as it can.
    await Promise.all(named.map(erase))
  }
}
