/** What has a number and comes in the order of it. */
type Numbered = { readonly seq: number }
/**
 * A line that grows at one end and is let go of at the other, at a cost that does not depend on its length.
 * `after`: the first `most` of what comes after `seq`, up to `upTo`.
 */
export type EntryQueue<E extends Numbered> = {
  push(entry: E): void
  shift(): E | undefined
  after(seq: number, most: number, upTo: number): E[]
  readonly length: number
}

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
    after: (seq, most, upTo) => {
      let low = first
      let high = entries.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (entries[middle]!.seq <= seq) low = middle + 1
        else high = middle
      }
      const found = entries.slice(low, low + most)
      while (found.length > 0 && found.at(-1)!.seq > upTo) found.pop()
      return found
    },
    get length() { return entries.length - first },
  }
}
