/**
 * What is handed over at once weighs so much, and at most one event more: it has to arrive in time, have room in memory,
 * and pass a sidecar, which takes 4 MiB.
 */
export const BATCH_BYTES = 2_000_000
const LONG = 200

/** About how many bytes of JSON a value is: only long texts are measured well. */
export const jsonBytes = (value: unknown): number => {
  if (typeof value === 'string') return value.length < LONG ? value.length + 2 : Buffer.byteLength(JSON.stringify(value))
  if (typeof value !== 'object' || value === null) return 5
  if (Array.isArray(value)) return value.reduce<number>((weight, part) => weight + 5 + jsonBytes(part), 2)
  let weight = 2
  for (const key of Object.keys(value)) weight += key.length + 4 + jsonBytes(Reflect.get(value, key))
  return weight
}
