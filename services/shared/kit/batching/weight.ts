/**
 * What is handed over at once weighs so much, and at most one event more: it has to arrive in time, have room in memory,
 * and pass a sidecar, which takes 4 MiB.
 */
export const BATCH_BYTES = 2_000_000
const LONG = 200

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** About how many bytes of JSON a value is: only long texts are measured well. */
export const jsonBytes = (value: unknown): number => {
  if (typeof value === 'string') return value.length < LONG ? value.length + 2 : Buffer.byteLength(JSON.stringify(value))
  if (!isObject(value)) return 5
  let weight = 2
  if (Array.isArray(value)) for (const part of value) weight += 5 + jsonBytes(part)
  else for (const key in value) weight += key.length + 4 + jsonBytes(value[key])
  return weight
}
