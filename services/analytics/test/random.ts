export type Random = (below: number) => number
/** Numbers that look random and are the same for the same seed (mulberry32). */
export const random = (seed: number): Random => {
  let state = seed * 0x9e3779b9
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * below)
  }
}

export const shuffled = <T>(pick: Random, all: readonly T[]): T[] => all.map(one => ({ one, place: pick(1_000_000) })).toSorted((a, b) => a.place - b.place).map(({ one }) => one)
