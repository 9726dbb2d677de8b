/** What has a number and comes in the order of it. */
type Numbered = { readonly seq: number }
/** A line that grows at one end and is let go of at the other, at a cost that does not depend on its length. */
export type EntryQueue<E extends Numbered> = { push(entry: E): void; shift(): E | undefined; after(seq: number): E[]; readonly length: number }

/** An empty one. */
export const entryQueue = <E extends Numbered>(): EntryQueue<E> => {
  let entries: E[] = []
  let first = 0
  return {
    push: entry => { entries.push(entry) },
    shift: () => {
      const entry = entries[first]
      if (entry) first += 1
      // Never more that has left than what stays: it would be kept in memory.
      if (first * 2 >= entries.length) { entries = entries.slice(first); first = 0 }
      return entry
    },
    after: seq => {
      let low = first
      let high = entries.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (entries[middle]!.seq <= seq) low = middle + 1
        else high = middle
      }
      return entries.slice(low)
    },
    get length() { return entries.length - first },
  }
}
