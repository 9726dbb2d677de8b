/** Keeps the first so many in an order of all that are added, and never many more than those. */
export const firstOf = <T>(count: number, compare: (a: T, b: T) => number) => {
  let kept: T[] = []
  const cut = (): T[] => (kept = kept.toSorted(compare).slice(0, count))
  return {
    add: (item: T): void => { if (kept.push(item) > 2 * count) cut() },
    items: (): readonly T[] => cut(),
  }
}
