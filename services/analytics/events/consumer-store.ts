import { z } from 'zod'
import { DeadLetterState } from '../../shared/contracts/dead-letters.ts'
import type { Checkpoint, ConsumerStore, DeadLetter } from '../../shared/kit/events/store/store.ts'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'

/** Checkpoints are written at most so often: each insert is a part that ClickHouse merges later. */
const CHECKPOINT_MS = 5_000

const CheckpointRow = z.object({ id: z.string(), next: z.number(), revision: z.number() })
const Letter = z.object({
  id: z.string(), consumer: z.string(), topic: z.string(), partition: z.number(), position: z.number(), subject: z.string(),
  organizationId: z.string(), state: DeadLetterState, event: z.unknown(), reason: z.string(), attempts: z.number(),
  behind: z.string().nullable(), traceId: z.string().nullable(), at: z.string(),
})
const WaitingRow = Letter.pick({ id: true, topic: true, subject: true, position: true, behind: true })
const LetterRow = z.object({ state: DeadLetterState, letter: z.string(), revision: z.number() })

const letters = 'SELECT state, letter, revision FROM analytics_db.dead_letters FINAL'
const read = ({ state, letter }: z.output<typeof LetterRow>): DeadLetter => ({ ...Letter.parse(JSON.parse(letter)), state })

/** Where the consumer stands and what it could not handle, in ClickHouse. Compare-and-set holds within the one process that writes. */
export const consumerStore = (db: ClickHouse, everyMs = CHECKPOINT_MS): ConsumerStore => {
  const known = new Map<string, Checkpoint>()
  const written = new Map<string, number>()
  let wrote = -everyMs
  // What a checkpoint on disk does not know yet comes again, and `ingest` finds it in the table.
  const write = async (force: boolean): Promise<void> => {
    if (!force && performance.now() - wrote < everyMs) return
    wrote = performance.now()
    const rows = [...known.values()].filter(({ id, revision }) => written.get(id) !== revision)
    await db.insert('checkpoints', rows)
    for (const { id, revision } of rows) written.set(id, revision)
  }
  const letterRow = async (id: string): Promise<z.output<typeof LetterRow> | undefined> =>
    (await db.query(LetterRow, `${letters} WHERE id = {id:String}`, { id }))[0]
  const put = (letter: DeadLetter, revision: number): Promise<void> => db.insert('dead_letters', [{
    id: letter.id, consumer: letter.consumer, subject: letter.subject, organization_id: letter.organizationId, state: letter.state,
    letter: JSON.stringify(letter), revision,
  }])
  return {
    prepare: async () => {},
    // Rows are made here and fit the table: whatever the database says against them passes, and the partition waits.
    isTransient: error => !(error instanceof z.ZodError || error instanceof TypeError),
    checkpoint: async id => {
      const stored = 'SELECT id, next, revision FROM analytics_db.checkpoints FINAL WHERE id = {id:String}'
      const kept = known.get(id) ?? (await db.query(CheckpointRow, stored, { id }))[0]
      if (kept) known.set(id, kept)
      return kept
    },
    saveCheckpoint: async checkpoint => {
      const last = known.get(checkpoint.id)
      if ((last?.revision ?? 0) !== checkpoint.revision) return false
      known.set(checkpoint.id, { ...checkpoint, revision: checkpoint.revision + 1 })
      // A step back is written at once: one lost would leave out what the log has now.
      await write(checkpoint.next < (last?.next ?? 0))
      return true
    },
    addDeadLetter: async letter => {
      if (await letterRow(letter.id)) return 'taken'
      await put(letter, 1)
      return 'inserted'
    },
    deadLetter: async id => {
      const row = await letterRow(id)
      return row && read(row)
    },
    deadLetters: async ({ consumer = '', state = '', subject = '', organizationId = '', after = '', limit = 1_000_000 }) => {
      const rows = await db.query(LetterRow, `${letters}
        WHERE id > {after:String} AND ({consumer:String} = '' OR consumer = {consumer:String}) AND ({state:String} = '' OR state = {state:String})
          AND ({subject:String} = '' OR subject = {subject:String}) AND ({organizationId:String} = '' OR organization_id = {organizationId:String})
        ORDER BY id LIMIT {limit:UInt32}`, { after, consumer, state, subject, organizationId, limit })
      return rows.map(read)
    },
    waitingLetters: (consumer, subject = '') => db.query(WaitingRow, `
      SELECT id, subject, JSONExtractString(letter, 'topic') AS topic, JSONExtractInt(letter, 'position') AS position,
        JSONExtract(letter, 'behind', 'Nullable(String)') AS behind
      FROM analytics_db.dead_letters FINAL
      WHERE consumer = {consumer:String} AND state = 'waiting' AND ({subject:String} = '' OR subject = {subject:String})`, { consumer, subject }),
    moveDeadLetter: async (id, from, to) => {
      const row = await letterRow(id)
      if (row?.state !== from) return false
      await put({ ...read(row), state: to }, row.revision + 1)
      return true
    },
  }
}
