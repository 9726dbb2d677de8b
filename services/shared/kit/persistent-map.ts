/** Few entries by key, or up to 32 nodes by the next five bits of the hash. */
type Node<V> = Readonly<Record<string, V>> | readonly (Node<V> | undefined)[]

/**
 * An immutable map by strings whose `withIn` copies the few small nodes on the way to a key, so that folding a long stream
 * costs no more per event than a short one.
 */
export type PersistentMap<V> = readonly (Node<V> | undefined)[]

export const emptyMap: PersistentMap<never> = []

const BITS = 5
const FANOUT = 1 << BITS
const ENTRIES = 8
const DEEPEST = 30

const hashOf = (key: string): number => {
  let hash = 0
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0
  // Ids differ in few places: without mixing their low bits would be alike.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
const slotOf = (hash: number, depth: number): number => (hash >>> depth) % FANOUT
const isBranch = <V>(node: Node<V>): node is readonly (Node<V> | undefined)[] => Array.isArray(node)

/** What stands under a key, if anything. */
export const getIn = <V>(map: PersistentMap<V>, key: string): V | undefined => {
  const hash = hashOf(key)
  let node: Node<V> | undefined = map
  for (let depth = 0; node !== undefined && isBranch(node); depth += BITS) node = node[slotOf(hash, depth)]
  return node && Object.hasOwn(node, key) ? node[key] : undefined
}

/** All entries, in no order that means anything. */
export const entriesOf = <V>(map: PersistentMap<V>): [string, V][] => map.flatMap(node => {
  if (node === undefined) return []
  return isBranch(node) ? entriesOf(node) : Object.entries(node)
})

/** The map with this value under the key; `undefined` takes the key out. */
export const withIn = <V>(map: PersistentMap<V>, key: string, value: V | undefined): PersistentMap<V> => inBranch(map, hashOf(key), 0, key, value)

const inBranch = <V>(branch: PersistentMap<V>, hash: number, depth: number, key: string, value: V | undefined): PersistentMap<V> => {
  const copy = branch.length ? branch.slice() : Array.from<Node<V> | undefined>({ length: FANOUT })
  const at = slotOf(hash, depth)
  copy[at] = inNode(copy[at] ?? {}, hash, depth + BITS, key, value)
  return copy
}
const inNode = <V>(node: Node<V>, hash: number, depth: number, key: string, value: V | undefined): Node<V> => {
  if (isBranch(node)) return inBranch(node, hash, depth, key, value)
  const { [key]: _, ...rest } = node
  if (value === undefined) return rest
  const entries = { ...rest, [key]: value }
  const keys = Object.keys(entries)
  if (keys.length <= ENTRIES || depth > DEEPEST) return entries
  return Object.entries(entries).reduce<PersistentMap<V>>((branch, [k, v]) => inBranch(branch, hashOf(k), depth, k, v), emptyMap)
}
