import { join } from 'node:path'
import { z } from 'zod'
import { connectClickHouse } from '../../../services/analytics/clickhouse/clickhouse.ts'
import { derivedId } from '../../../services/shared/kit/ids.ts'
import { compare } from '../check/compare.ts'
import type { Findings } from '../check/findings.ts'
import type { Platform } from './platform.ts'
import type { ProducerLog } from './documents.ts'

const Row = z.object({ id: z.string(), subject: z.string() })

/** Every public event is one row of ClickHouse. The embedded engine takes one process per folder, so the service steps aside for the look. */
export const checkRows = async (platform: Platform, logs: readonly ProducerLog[], poisoned: ReadonlySet<string>): Promise<Pick<Findings, 'missing' | 'twice' | 'phantom'>> => {
  await platform.part('analytics').stop()
  const db = await connectClickHouse({ folder: join(platform.home, 'data/analytics') })
  try {
    const rows = await db.query(Row, 'SELECT toString(event_id) AS id, subject FROM analytics_db.events')
    const names = new Map(logs.flatMap(log => log.events.map(event => [derivedId(event.id), event.id] as const)))
    return compare('ClickHouse', { must: [...names.values()] }, rows.filter(({ subject }) => !poisoned.has(subject)).map(({ id }) => names.get(id) ?? id))
  } finally {
    await db.close()
  }
}
