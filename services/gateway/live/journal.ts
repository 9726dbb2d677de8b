import { entryQueue, type EntryQueue } from './entry-queue.ts'
import { addressesOf, type LiveEvent } from './live-event.ts'

/** A live event with its place in the journal. */
export type Entry = { seq: number; event: LiveEvent; bytes: number }
export type JournalOptions = { maxEntries?: number; maxBytes?: number }
/** `after` reaches back further than the journal, or was never given out by it: the client has to load afresh. */
export type Since = { entries: readonly Entry[] } | 'gap'
export type Journal = {
  append(event: LiveEvent): Entry
  /** The first `most` of what came after a number, up to `upTo`, and has one of these addresses (`addressesOf`); all of it unless told. */
  since(after: number, addresses: readonly string[], page?: { most?: number; upTo?: number }): Since
  readonly seq: number
  readonly size: { entries: number; bytes: number }
}

/** So many numbers belong to a journal, more than a process can give out. */
export const span = 2 ** 32
/** A journal's number fills the upper digits, so that a seq of another journal (another replica, a wiped store) is never taken for one of this. */
export const newJournal = (random: () => number = Math.random): number => (1 + Math.floor(random() * 2 ** 20)) * span

/**
 * The newest live events in order, each with its number; bounded by count and size.
 * `start` is the last number given out before (or a new journal's base): what lies between `floor` and `start` was not given out here,
 * but nothing was missed either.
 */
export const journal = (start: number, floor: number = start, { maxEntries = 20_000, maxBytes = 16 * 1024 * 1024 }: JournalOptions = {}): Journal => {
  const all = entryQueue<Entry>()
  // A client resumes by what concerns it: it never walks through what happened to others.
  const byAddress = new Map<string, EntryQueue<Entry>>()
  let bytes = 0
  let seq = start
  // Everything after this number is still here.
  let known = floor

  const drop = (): void => {
    const dropped = all.shift()
    if (!dropped) return
    bytes -= dropped.bytes
    known = dropped.seq
    for (const address of addressesOf(dropped.event)) {
      const line = byAddress.get(address)
      line?.shift()
      if (line?.length === 0) byAddress.delete(address)
    }
  }
  return {
    append: event => {
      const entry = { seq: ++seq, event, bytes: event.text.length + 200 }
      all.push(entry)
      for (const address of addressesOf(event)) {
        const line = byAddress.get(address) ?? entryQueue<Entry>()
        byAddress.set(address, line)
        line.push(entry)
      }
      bytes += entry.bytes
      while (all.length > maxEntries || (bytes > maxBytes && all.length > 1)) drop()
      return entry
    },
    since: (after, addresses, { most = Infinity, upTo = Infinity } = {}) => {
      if (after < known || after > seq) return 'gap'
      let entries: Entry[] = []
      for (const address of addresses) {
        // Beyond the last of a full page nothing is looked at any more.
        const more = byAddress.get(address)?.after(after, most, entries.length < most ? upTo : entries.at(-1)!.seq) ?? []
        if (more.length > 0) entries = [...new Set([...entries, ...more])].toSorted((a, b) => a.seq - b.seq).slice(0, most)
      }
      return { entries }
    },
    get seq() { return seq },
    get size() { return { entries: all.length, bytes } },
  }
}
