/** A seeded source of chance (mulberry32): the same seed tells the same story. */
export const chance = (seed: number) => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next, below,
    pick: <T>(from: readonly [T, ...T[]]): T => from[below(from.length)] ?? from[0],
    /** One of the keys, as often as its weight says. */
    weighted: <K extends string>(weights: Readonly<Record<K, number>>): K => {
      const entries = Object.entries(weights) as [K, number][]
      let at = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      return (entries.find(([, weight]) => (at -= weight) < 0) ?? entries[0]!)[0]
    },
    /** Most are near the median, a few are far above it, as durations are. */
    skewed: (median: number, spread: number): number => median * Math.exp(spread * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())),
  }
}
export type Chance = ReturnType<typeof chance>

/** The same in another order. */
export const shuffled = <T>(all: readonly T[], chance: Chance): T[] => all
  .map(one => ({ one, at: chance.next() }))
  .toSorted((a, b) => a.at - b.at)
  .map(({ one }) => one)
