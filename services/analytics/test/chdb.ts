import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Received } from '../../shared/kit/events/consumer/handler.ts'
import { connectClickHouse, type ClickHouse } from '../clickhouse/clickhouse.ts'
import { migrate } from '../clickhouse/migrate.ts'

/** A real embedded ClickHouse on a folder of its own. One process holds one folder, so a test file shares it. */
export const startChdb = async (): Promise<{ db: ClickHouse; folder: string; stop: () => Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'cybertask-chdb-'))
  const db = await connectClickHouse({ folder })
  await migrate(db)
  return { db, folder, stop: async () => { await db.close(); await rm(folder, { recursive: true, force: true }) } }
}

const countSql = 'SELECT count() AS rows, uniqExact(event_id) AS events FROM analytics_db.events'
export const rowsOf = async (db: ClickHouse): Promise<{ rows: number; events: number }> =>
  (await db.query(z.object({ rows: z.number(), events: z.number() }), countSql))[0] ?? { rows: -1, events: -1 }

export type Change = Partial<Omit<Received, 'data'>> & { data?: object }
/** An event of some organization, as a consumer gets it. */
export const received = (position: number, { data, ...change }: Change = {}): Received => ({
  id: `o1/task/t${position}:1#0`, type: 'TaskCreated', subject: `t${position}`, organizationId: 'o1', at: '2026-03-02T09:00:00.000Z',
  actor: 'ann', version: 1, position, partition: 0, topic: 'task-events',
  correlationId: 'c1', traceId: null, ...change,
  data: {
    taskId: `t${position}`, projectId: 'p1', title: 'It’s a "task"\n', assigneeId: 'ann', reporterId: 'bob', status: 'todo', priority: 'none',
    difficulty: null, labels: [], startAt: null, dueAt: null, estimateMinutes: null, parentId: null, mentions: [], ...data,
  },
})
