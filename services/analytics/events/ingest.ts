import { z } from 'zod'
import type { Received } from '../../shared/kit/events/consumer/handler.ts'
import { pause } from '../../shared/kit/waiting.ts'
import { uuidv7 } from '../../shared/kit/ids.ts'
import { isAnswer, type ClickHouse } from '../clickhouse/clickhouse.ts'
import { forgetProjects } from '../existing-projects.ts'
import { erasedPeople } from './erased.ts'
import { rowOf, type EventRow } from './row.ts'

/**
 * Inserts come at most so often: each is a part that ClickHouse merges later, and costs the same for a hundred rows as for a thousand. The first after
 * a rest does not wait, nor does what is worth a part.
 */
const PACE_MS = 2_000
const ENOUGH = 1_000
/** An insert is one string: so many characters go into it, or one row that is longer. */
const MOST_CHARACTERS = 8_000_000

type Block = { rows: readonly EventRow[]; token: string }
type Waiting = { rows: EventRow[]; done: () => void; failed: (error: unknown) => void }
const Id = z.object({ id: z.string() })
const Known = z.object({ topic: z.string(), partition: z.number(), last: z.number() })
const knownSql = 'SELECT topic, partition, max(position) AS last FROM analytics_db.events GROUP BY topic, partition'
const presentSql = `SELECT toString(event_id) AS id FROM analytics_db.events
  WHERE topic = {topic:String} AND partition = {partition:UInt16} AND event_id IN {ids:Array(UUID)}`

/**
 * Each event becomes exactly one row, whatever is delivered again and wherever a process dies: what a partition has is read from the table itself.
 * Beyond the last known position everything is new; below it (a redelivery, a replayed dead letter) the table is asked. One writer at a time per table.
 */
export const ingest = (db: ClickHouse, erased = erasedPeople(db), paceMs = PACE_MS) => {
  let last: Map<string, number> | undefined
  let doubt: Block | undefined
  let waiting: Waiting[] = []
  let writing = false
  let wrote = -paceMs

  const lastKnown = async (): Promise<Map<string, number>> => {
    last ??= new Map((await db.query(Known, knownSql)).map(k => [`${k.topic}/${k.partition}`, k.last]))
    return last
  }
  const missing = async (topic: string, partition: number, rows: readonly EventRow[]): Promise<EventRow[]> => {
    const key = `${topic}/${partition}`
    const end = (await lastKnown()).get(key) ?? -1
    const old = rows.filter(row => row.position <= end)
    if (old.length === 0) return [...rows]
    const there = await db.query(Id, presentSql, { topic, partition, ids: old.map(row => row.event_id) })
    const known = new Set(there.map(t => t.id))
    return rows.filter(row => row.position > end || !known.has(row.event_id))
  }
  /**
   * While nobody knows whether a block came through (it may still lie in the socket of a server that stands still), it is sent again as it
   * was before anything else: its token makes it one.
   */
  const send = async (block: Block): Promise<void> => {
    doubt = block
    try {
      await erased.without(block.rows, rows => db.insert('events', rows, block.token))
      doubt = undefined
    } catch (error) {
      if (isAnswer(error)) doubt = undefined
      throw error
    }
  }
  const write = async (batches: readonly Waiting[]): Promise<void> => {
    if (doubt) await send(doubt)
    const groups = Map.groupBy(batches.flatMap(b => b.rows), row => `${row.topic}/${row.partition}`)
    const fresh = (await Promise.all([...groups.values()].map(rows => missing(rows[0]?.topic ?? '', rows[0]?.partition ?? 0, unique(rows))))).flat()
    for (const rows of blocksOf(fresh)) await send({ rows, token: uuidv7() })
    // After the rows, and also for those that were there: whoever wrote them may have died before this. One touch too many costs a count, no more.
    const came = [...groups.values()].flat()
    const turned = came.filter(row => turns.has(row.name))
    try { await db.insert('projects', turned.map(turnOf)) } finally { forgetProjects(db, turned.map(row => row.organization_id)) }
    await db.insert('touches', touchesOf(came))
    const ends = await lastKnown()
    for (const row of fresh) ends.set(`${row.topic}/${row.partition}`, Math.max(row.position, ends.get(`${row.topic}/${row.partition}`) ?? -1))
  }
  const pump = async (): Promise<void> => {
    if (writing) return
    writing = true
    while (waiting.length) {
      const rest = waiting.reduce((rows, batch) => rows + batch.rows.length, 0) >= ENOUGH ? 0 : wrote + paceMs - performance.now()
      if (rest > 0) await pause(rest)
      wrote = performance.now()
      const batches = waiting
      waiting = []
      try {
        await write(batches)
        for (const { done } of batches) done()
      } catch (error) {
        // Whether the rows are there is not known: the table is asked before anything else is written.
        last = undefined
        for (const { failed } of batches) failed(error)
      }
    }
    writing = false
  }
  /** Batches that come while an insert is under way go into the next one together. */
  return (events: readonly Received[]): Promise<void> => new Promise((done, failed) => {
    waiting.push({ rows: events.map(rowOf), done, failed })
    void pump()
  })
}

/** The events that say whether there is a project. */
const turns = new Set(['ProjectCreated', 'ProjectDeleted', 'ProjectRestored'])
const turnOf = ({ organization_id, project_id, name, aggregate_version, position }: EventRow): object =>
  ({ organization_id, project_id, name, aggregate_version, position })

/** Everything but `data` fits in a thousand characters. */
const sizeOf = (row: EventRow): number => row.data.length + 1_000

const blocksOf = (rows: readonly EventRow[]): EventRow[][] => {
  const blocks: EventRow[][] = []
  let room = 0
  for (const row of rows) {
    if (sizeOf(row) > room || blocks.length === 0) { blocks.push([]); room = MOST_CHARACTERS }
    blocks.at(-1)?.push(row)
    room -= sizeOf(row)
  }
  return blocks
}

const touchesOf = (rows: readonly EventRow[]): object[] => {
  const touches = rows.filter(row => row.project_id !== '').map(({ organization_id, project_id }) => ({ organization_id, project_id, touches: 1 }))
  return [...new Map(touches.map(touch => [JSON.stringify([touch.organization_id, touch.project_id]), touch])).values()]
}

const unique = (rows: readonly EventRow[]): EventRow[] => [...new Map(rows.map(row => [row.event_id, row])).values()]
