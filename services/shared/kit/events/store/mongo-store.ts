import type { Connection, mongo } from 'mongoose'
import type { DeadLetterState } from '../../../contracts/dead-letters.ts'
import { isUnavailable } from '../../unavailable.ts'
import { commitOf, commitRow, segmentHeadOf, segmentOf, segmentRow, type CommitRow, type SegmentRow } from './mongo-codec.ts'
import { mongoDocuments } from './mongo-documents.ts'
import { ensureCollection } from '../../mongo/ensure-collection.ts'
import { insertEach, insertTogether } from '../../mongo/insert.ts'
import { inOrder, mongoStream } from './mongo-stream.ts'
import type { Checkpoint, CommitStore, DeadLetter, Recovered, StoredDocument, Writer } from './store.ts'

type Row<T extends { id: string }> = Omit<T, 'id'> & { _id: string }
const rowOf = <T extends { id: string }>({ id, ...rest }: T): Row<T> => ({ _id: id, ...rest })
/** Before, a process named only the first of its open chunks. */
type WriterRow = Omit<Row<Writer>, 'open'> & { open?: Writer['open']; chunk?: number }
type Recovery = Recovered & { _id: string }
type CheckpointRow = Omit<Checkpoint, 'id'> & { _id: string; of: string }
const KEPT = 32
/** So many segments of a page are fetched at once. */
const SLICE = 50
type Move = { _id: string; to: DeadLetterState }
/** A dead letter keeps its event as text, as commits do. */
type LetterRow = Omit<Row<DeadLetter>, 'event'> & { event: string }

/** The event log in a document store: inserts with unique ids and look-ups by equality, which every store of the MongoDB protocol does well. */
export const mongoStore = (connection: Connection): CommitStore => {
  const db = (): mongo.Db => {
    if (!connection.db) throw Object.assign(new Error('the document store is not connected'), { name: 'MongoNotConnectedError' })
    return connection.db
  }
  const commits = (): mongo.Collection<CommitRow> => db().collection<CommitRow>('commits')
  const segments = (): mongo.Collection<SegmentRow> => db().collection<SegmentRow>('segments')
  const writers = (): mongo.Collection<WriterRow> => db().collection<WriterRow>('writers')
  const recoveries = (): mongo.Collection<Recovery> => db().collection<Recovery>('recoveries')
  const checkpoints = (): mongo.Collection<CheckpointRow> => db().collection<CheckpointRow>('checkpoints')
  const letters = (): mongo.Collection<LetterRow> => db().collection<LetterRow>('dead_letters')
  const moves = (): mongo.Collection<Move> => db().collection<Move>('dead_letter_moves')
  // Partitions move on in step, so their segments share an insert, and so do the checkpoints of those who follow.
  const addSegment = insertTogether(segments)
  const addCheckpoint = insertTogether(checkpoints)
  const letterOf = ({ _id, event, ...rest }: LetterRow): DeadLetter => ({ id: _id, ...rest, event: JSON.parse(event) })

  return {
    append: async batch => insertEach(commits(), batch.map(commitRow)),
    findCommit: async id => {
      const row = await commits().findOne({ _id: id })
      return row ? commitOf(row) : undefined
    },
    readStream: mongoStream(commits),
    findCommand: async (stream, commandId) => {
      const row = await commits().findOne({ stream, commandId })
      return row ? commitOf(row) : undefined
    },
    readChunk: async journal => (await commits().find({ journal }).toArray()).map(commitOf),

    addSegment: (segment, pack) => addSegment(segmentRow(segment, pack)),
    findSegment: async id => {
      const row = await segments().findOne({ _id: id })
      return row ? segmentOf(row) : undefined
    },
    readPage: async function* (page, from) {
      const found = segments().find({ page, first: { $gte: from } }, { batchSize: SLICE })
      for await (const row of inOrder(found, from, ({ first, count }) => ({ at: first, next: first + count }))) yield segmentOf(row)
    },
    pageIndex: async page => (await segments().find({ page }, { projection: { commits: 0 } }).toArray())
      .map(segmentHeadOf).toSorted((a, b) => a.first - b.first),

    writers: async () => {
      const rows = await writers().find({}).toArray()
      // One alone has nobody who could have died.
      const recovered = new Map(rows.length > 1 ? (await recoveries().find({}).toArray()).map(({ _id, beat, commits }) => [_id, { beat, commits }]) : [])
      return rows.map(({ _id: id, open, beat, heads, ends, shapes, ...before }) => {
        const mark = recovered.get(id)
        return { id, open: open ?? [before.chunk ?? 0], beat, heads, ...(ends && { ends }), ...(shapes && { shapes }), ...(mark && { recovered: mark }) }
      })
    },
    saveWriter: async writer => { await writers().replaceOne({ _id: writer.id }, rowOf(writer), { upsert: true }) },
    saveRecovered: async (id, recovered) => { await recoveries().replaceOne({ _id: id }, recovered, { upsert: true }) },
    removeWriter: async (id, beat) => {
      const { deletedCount } = await writers().deleteOne({ _id: id, beat })
      if (deletedCount > 0) await recoveries().deleteOne({ _id: id })
    },

    checkpoint: async id => {
      const rows = await checkpoints().find({ of: id }).toArray()
      const newest = rows.reduce<CheckpointRow | undefined>((a, b) => (a && a.revision > b.revision ? a : b), undefined)
      if (!newest) return undefined
      const { _id, of, ...rest } = newest
      return { id: of, ...rest }
    },
    // Not an update: FerretDB lets two updates pass the same guard. Each revision is a row of its own, and the unique id decides.
    saveCheckpoint: async ({ id, revision, ...rest }) => {
      const result = await addCheckpoint({ _id: `${id}#${revision + 1}`, of: id, ...rest, revision: revision + 1 })
      // The first row stays for ever, so that nobody can begin anew; of the others a few, for readers that are under way.
      if (result === 'inserted' && revision % KEPT === 0) await checkpoints().deleteMany({ of: id, revision: { $gt: 1, $lte: revision - KEPT } })
      return result === 'inserted'
    },

    addDeadLetter: async letter => (await insertEach(letters(), [{ ...rowOf(letter), event: JSON.stringify(letter.event) }]))[0] ?? 'taken',
    deadLetter: async id => {
      const row = await letters().findOne({ _id: id })
      return row ? letterOf(row) : undefined
    },
    deadLetters: async ({ after, limit = 0, ...equal }) => {
      const given = Object.fromEntries(Object.entries(equal).filter(([, value]) => value !== undefined))
      return (await letters().find({ ...given, ...(after !== undefined && { _id: { $gt: after } }) }).sort({ _id: 1 }).limit(limit).toArray()).map(letterOf)
    },
    // Not sorted: FerretDB reads all of them for each page of a sorted list.
    waitingLetters: async (consumer, subject) => {
      const projection = { topic: 1, subject: 1, position: 1, behind: 1 }
      const rows = await letters().find({ consumer, state: 'waiting', ...(subject !== undefined && { subject }) }, { projection }).toArray()
      return rows.map(({ _id, ...rest }) => ({ id: _id, ...rest }))
    },
    // Two who settle a letter at once would both pass a guarded update of FerretDB: who inserts the move has settled it.
    // Whoever comes later finishes what he may have left half done.
    moveDeadLetter: async (id, from, to) => {
      if ((await letters().findOne({ _id: id }, { projection: { state: 1 } }))?.state !== from) return false
      const [result] = await insertEach(moves(), [{ _id: id, to }])
      const settled = result === 'inserted' ? to : (await moves().findOne({ _id: id }))?.to
      if (settled) await letters().updateOne({ _id: id }, { $set: { state: settled } })
      return result === 'inserted'
    },

    isTransient: isUnavailable,
    documents: <D extends StoredDocument>(collection: string, fields?: readonly string[]) => mongoDocuments<D>(db, collection, fields),
    prepare: async () => {
      for (const [name, fields] of indexes) await ensureCollection(db(), name, fields)
    },
  }
}

const indexes: readonly (readonly [string, readonly string[]])[] = [
  ['commits', ['stream', 'journal']], ['segments', ['page']], ['writers', []], ['recoveries', []],
  ['checkpoints', ['of']], ['dead_letters', ['consumer', 'state', 'subject']],
]
