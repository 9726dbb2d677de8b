import { z } from 'zod'
import type { ClickHouse } from './clickhouse.ts'

const Part = z.object({ table: z.string().regex(/^\w+$/), partition: z.string(), name: z.string().regex(/^[\w-]+$/), first: z.number(), last: z.number() })
const Checkpoint = z.object({ id: z.string(), next: z.number(), revision: z.number() })
type Part = z.output<typeof Part>

const setAside = `SELECT table, partition_id AS partition, name, min_block_number AS first, max_block_number AS last FROM system.detached_parts
  WHERE database = 'analytics_db' AND startsWith(reason, 'broken') AND min_block_number IS NOT NULL`
const readable = `SELECT table, partition_id AS partition, name, min_block_number AS first, max_block_number AS last FROM system.parts
  WHERE database = 'analytics_db' AND active ORDER BY min_block_number`

/**
 * True when the parts before a merge are all there in place of the merged one. A hole between them may mean nothing; then it is a loss that
 * costs only time.
 */
const replaced = ({ table, partition, first, last }: Part, parts: readonly Part[]): boolean => {
  let next = first
  for (const part of parts) if (part.table === table && part.partition === partition && part.first <= next) next = Math.max(next, part.last + 1)
  return next > last
}

/**
 * Parts that the engine could not read when it opened (a disk was full, and the parts before the merge were gone): it sets them aside and
 * goes on without their rows. Then every partition is consumed from its beginning once more: producers keep all that they ever said, and
 * `ingest` writes what is not in the table. Answers the parts that took rows along.
 */
export const readLostAgain = async (db: ClickHouse): Promise<string[]> => {
  const broken = await db.query(Part, setAside)
  if (broken.length === 0) return []
  const parts = await db.query(Part, readable)
  const lost = broken.filter(part => !replaced(part, parts))
  if (lost.length > 0) {
    // Which count of a project is its newest is told by its touches, and those may be among what was lost.
    await db.command('TRUNCATE TABLE analytics_db.tallies')
    const checkpoints = await db.query(Checkpoint, 'SELECT id, next, revision FROM analytics_db.checkpoints FINAL')
    await db.insert('checkpoints', checkpoints.map(({ id, revision }) => ({ id, next: 0, revision: revision + 1 })))
  }
  // Only now: whoever dies before this does it all again.
  for (const { table, name } of broken) await db.command(`ALTER TABLE analytics_db.${table} DROP DETACHED PART '${name}' SETTINGS allow_drop_detached = 1`)
  return lost.map(({ table, name }) => `${table} ${name}`)
}
