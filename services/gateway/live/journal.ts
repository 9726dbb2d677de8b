import type { LiveEvent } from './live-event.ts'

/** A live event with its place in the journal. */
export type Entry = { seq: number; event: LiveEvent; bytes: number }
export type JournalOptions = { maxEntries?: number; maxBytes?: number }
/** `after` reaches back further than the journal, or was never given out by it: the client has to load afresh. */
export type Since = { entries: readonly Entry[] } | 'gap'
export type Journal = { append(event: LiveEvent): Entry; since(after: number): Since; readonly seq: number; readonly size: { entries: number; bytes: number } }

// A journal's number fills the upper digits, so that a seq of another journal (another replica, a wiped store) is never taken for one of this.
const span = 2 ** 32
export const newJournal = (random: () => number = Math.random): number => (1 + Math.floor(random() * 2 ** 20)) * span

/**
 * The newest live events in order, each with its number; bounded by count and size.
 * `start` is the last number given out before (or a new journal's base): what lies between `floor` and `start` was not given out here, but nothing was missed either.
 */
export const journal = (start: number, floor: number = start, { maxEntries = 20_000, maxBytes = 16 * 1024 * 1024 }: JournalOptions = {}): Journal => {
  let entries: Entry[] = []
  let first = 0
  let bytes = 0
  let seq = start
  // Everything after this number is still here.
  let known = floor

  const trim = (): void => {
    while (entries.length - first > maxEntries || (bytes > maxBytes && entries.length - first > 1)) {
      const dropped = entries[first++]!
      bytes -= dropped.bytes
      known = dropped.seq
    }
    if (first > 1_024 && first * 2 > entries.length) { entries = entries.slice(first); first = 0 }
  }
  return {
    append: event => {
      const entry = { seq: ++seq, event, bytes: event.text.length + 200 }
      entries.push(entry)
      bytes += entry.bytes
      trim()
      return entry
    },
    since: after => {
      if (after < known || after > seq) return 'gap'
      let low = first
      let high = entries.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (entries[middle]!.seq <= after) low = middle + 1
        else high = middle
      }
      return { entries: entries.slice(low) }
    },
    get seq() { return seq },
    get size() { return { entries: entries.length - first, bytes } },
  }
}
