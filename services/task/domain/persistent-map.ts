const BUCKETS = 256
type Bucket<V> = Readonly<Record<string, V>>

/** An immutable map whose `with` copies one small bucket, so that folding a long stream costs no more per event than a short one. */
export type PersistentMap<V> = readonly (Bucket<V> | undefined)[]

export const emptyMap: PersistentMap<never> = []

const bucketOf = (key: string): number => {
  let hash = 0
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0
  return (hash >>> 0) % BUCKETS
}

export const getIn = <V>(map: PersistentMap<V>, key: string): V | undefined => {
  const bucket = map[bucketOf(key)]
  return bucket && Object.hasOwn(bucket, key) ? bucket[key] : undefined
}

/** `undefined` takes the key out. */
export const withIn = <V>(map: PersistentMap<V>, key: string, value: V | undefined): PersistentMap<V> => {
  const at = bucketOf(key)
  const { [key]: _, ...rest } = map[at] ?? {}
  const copy = map.length ? map.slice() : Array.from<Bucket<V> | undefined>({ length: BUCKETS })
  copy[at] = value === undefined ? rest : { ...rest, [key]: value }
  return copy
}

