import { memoryDocuments } from './memory-documents.ts'
import type { Commit } from '../log/commit.ts'
import type { Checkpoint, CommitStore, DeadLetter, Documents, InsertResult, Recovered, Segment, StoredDocument, Writer } from './store.ts'
import { isUnavailable } from '../../unavailable.ts'

export type MemoryStore = CommitStore & {
  /** For tests: runs before each call and may throw or wait, as a store that is away or slow would. */
  before: (call: string) => Promise<void>
}

/** A store in memory that keeps copies as a database does: for tests in process, and for trying things out. */
export const memoryStore = (): MemoryStore => {
  const commits = new Map<string, Commit>()
  const streams = new Map<string, Commit[]>()
  const chunks = new Map<string, Commit[]>()
  const segments = new Map<string, Segment>()
  const pages = new Map<string, Segment[]>()
  const writers = new Map<string, Writer>()
  const recoveries = new Map<string, Recovered>()
  const checkpoints = new Map<string, Checkpoint>()
  const letters = new Map<string, DeadLetter>()
  const documents = new Map<string, unknown>()
  const copy = <T>(value: T): T => structuredClone(value)
  const push = <T>(map: Map<string, T[]>, key: string, value: T): void => {
    const list = map.get(key)
    if (list) list.push(value)
    else map.set(key, [value])
  }
  const insert = <T extends { id: string }>(map: Map<string, T>, row: T): InsertResult => {
    if (map.has(row.id)) return 'taken'
    map.set(row.id, copy(row))
    return 'inserted'
  }
  const reading = async <T>(call: string, read: () => T): Promise<T> => {
    await store.before(call)
    return copy(read())
  }

  const inPage = (page: string): Segment[] => (pages.get(page) ?? []).toSorted((a, b) => a.first - b.first)

  const store: MemoryStore = {
    before: async () => {},
    append: batch => reading('append', () => batch.map(commit => {
      const result = insert(commits, commit)
      if (result === 'inserted') { push(streams, commit.stream, copy(commit)); push(chunks, commit.journal, copy(commit)) }
      return result
    })),
    findCommit: id => reading('findCommit', () => commits.get(id)),
    readStream: async (stream, see, after = 0) => {
      await store.before('readStream')
      const following = (streams.get(stream) ?? []).filter(c => c.version > after).toSorted((a, b) => a.version - b.version)
      for (const commit of following) if (see(copy(commit)) === false) return
    },
    findCommand: (stream, commandId) => reading('findCommand', () => streams.get(stream)?.find(c => c.commandId === commandId)),
    readChunk: journal => reading('readChunk', () => chunks.get(journal) ?? []),
    addSegment: segment => reading('addSegment', () => {
      const result = insert(segments, segment)
      if (result === 'inserted') push(pages, segment.page, copy(segment))
      return result
    }),
    findSegment: id => reading('findSegment', () => segments.get(id)),
    readPage: async function* (page, from) {
      await store.before('readPage')
      for (const segment of inPage(page)) if (segment.first >= from) yield copy(segment)
    },
    pageIndex: page => reading('pageIndex', () => inPage(page).map(({ commits: _, ...head }) => head)),
    writers: () => reading('writers', () => [...writers.values()].map(writer => {
      const recovered = recoveries.get(writer.id)
      return { ...writer, ...(recovered && { recovered }) }
    })),
    saveWriter: writer => reading('saveWriter', () => { writers.set(writer.id, copy(writer)) }),
    saveRecovered: (id, recovered) => reading('saveRecovered', () => { recoveries.set(id, { ...recovered }) }),
    removeWriter: (id, beat) => reading('removeWriter', () => {
      if (writers.get(id)?.beat !== beat) return
      writers.delete(id)
      recoveries.delete(id)
    }),
    checkpoint: id => reading('checkpoint', () => checkpoints.get(id)),
    saveCheckpoint: checkpoint => reading('saveCheckpoint', () => {
      if ((checkpoints.get(checkpoint.id)?.revision ?? 0) !== checkpoint.revision) return false
      checkpoints.set(checkpoint.id, { ...checkpoint, revision: checkpoint.revision + 1 })
      return true
    }),
    addDeadLetter: letter => reading('addDeadLetter', () => insert(letters, letter)),
    deadLetter: id => reading('deadLetter', () => letters.get(id)),
    deadLetters: ({ after = '', limit = Infinity, ...equal }) => reading('deadLetters', () => [...letters.values()]
      .filter(letter => letter.id > after)
      .filter(letter => Object.entries(equal).every(([field, value]) =>
        value === undefined || Object.entries(letter).some(([k, v]) => k === field && v === value)))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)),
    waitingLetters: (consumer, subject) => reading('waitingLetters', () => [...letters.values()]
      .filter(letter => letter.consumer === consumer && letter.state === 'waiting' && (subject === undefined || letter.subject === subject))
      .map(({ id, topic, subject: of, position, behind }) => ({ id, topic, subject: of, position, behind }))),
    moveDeadLetter: (id, from, to) => reading('moveDeadLetter', () => {
      const letter = letters.get(id)
      if (letter?.state !== from) return false
      letters.set(id, { ...letter, state: to })
      return true
    }),
    prepare: async () => {},
    isTransient: isUnavailable,
    documents: <D extends StoredDocument>(collection: string, fields?: readonly string[]): Documents<D> => {
      const known = documents.get(collection) ?? memoryDocuments<D>(fields)
      documents.set(collection, known)
      // One name, one type: its view is the only one that writes it.
      return known as Documents<D>
    },
  }
  return store
}
