/** A new Map after so many removals. */
const REMOVALS = 64

/**
 * A Map for what comes and goes with every request. V8 links each table that a Map or Set outgrows to the next one, for the sake of iterators; once
 * one of them is old, everything that is ever put into those behind it stays until the next full collection, and with it the requests that it belongs to.
 * A new Map now and then ends the chain. Nothing may be added while it is gone through.
 */
export const shortLivedMap = <K, V>() => {
  let map = new Map<K, V>()
  let removals = 0
  return {
    get size(): number { return map.size },
    get: (key: K): V | undefined => map.get(key),
    has: (key: K): boolean => map.has(key),
    set: (key: K, value: V): void => {
      if (removals > REMOVALS && removals > map.size) {
        map = new Map(map)
        removals = 0
      }
      map.set(key, value)
    },
    delete: (key: K): boolean => {
      removals++
      return map.delete(key)
    },
    clear: (): void => { map = new Map() },
    keys: () => map.keys(),
    values: () => map.values(),
    entries: () => map.entries(),
  }
}
/** As `shortLivedMap`, for a Set. */
export const shortLivedSet = <T>() => {
  const map = shortLivedMap<T, true>()
  return {
    get size(): number { return map.size },
    has: map.has,
    add: (item: T): void => { map.set(item, true) },
    delete: map.delete,
    clear: map.clear,
    values: map.keys,
    [Symbol.iterator]: map.keys,
  }
}
