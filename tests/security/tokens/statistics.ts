/** Mann and Whitney's rank test: how often a sample of `b` is longer than one of `a` (0.5: they cannot be told apart), and how many standard errors that lies from a half. */
export const rankTest = (a: readonly number[], b: readonly number[]): { share: number; z: number } => {
  const all = [...a.map(value => ({ value, b: false })), ...b.map(value => ({ value, b: true }))].toSorted((x, y) => x.value - y.value)
  let ranks = 0
  for (let from = 0; from < all.length;) {
    let to = from
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1
    // Equal values share the mean of their ranks.
    for (let i = from; i < to; i++) if (all[i]?.b) ranks += (from + to + 1) / 2
    from = to
  }
  const u = ranks - (b.length * (b.length + 1)) / 2
  return { share: u / (a.length * b.length), z: (u - (a.length * b.length) / 2) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12) }
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((x, y) => x - y)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? sorted[middle] ?? 0 : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** The difference of the medians, and the interval that holds it in 99 of 100 redrawn samples. */
export const medianDifference = (a: readonly number[], b: readonly number[], draws = 2_000): { ms: number; from: number; to: number } => {
  let state = 1
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const redrawn = (values: readonly number[]): number[] => values.map(() => values[Math.floor(random() * values.length)] ?? 0)
  const differences = Array.from({ length: draws }, () => median(redrawn(b)) - median(redrawn(a))).toSorted((x, y) => x - y)
  return { ms: median(b) - median(a), from: differences[Math.floor(draws * 0.005)] ?? 0, to: differences[Math.floor(draws * 0.995)] ?? 0 }
}
