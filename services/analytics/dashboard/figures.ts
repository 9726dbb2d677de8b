import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { fromTallies } from './from-tallies.ts'
import { noFigures, recounted, type Activity, type State } from './recounted.ts'
import { tallied, type Ask } from './tallies.ts'

/** The figures from what is kept added up, or from the events where the range ends before the newest of them. */
export const figuresOf = async (db: ClickHouse, ask: Ask): Promise<{ state: State; activity: Activity[] }> => {
  if (ask.projectIds.length === 0) return { state: noFigures(), activity: [] }
  const figures = await tallied(db, ask)
  return figures ? fromTallies(figures) : recounted(db, ask)
}
