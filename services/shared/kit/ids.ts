import { createHash, randomFillSync } from 'node:crypto'

const hex = (bytes: Uint8Array): string => {
  const h = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex')
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
}
const stamp = (bytes: Uint8Array, version: number): string => {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4)
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return hex(bytes)
}

// Random bytes are drawn by the page: one system call serves hundreds of ids.
const pool = new Uint8Array(4096)
let used = pool.length
const pooled = (): Uint8Array => {
  if (used + 10 > pool.length) { randomFillSync(pool); used = 0 }
  return pool.subarray(used, (used += 10))
}

/** A UUIDv7: sorts by the millisecond it was made in. `at` is epoch milliseconds. */
export const uuidv7 = (at: number = Date.now()): string => {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.trunc(at)) << 16n)
  bytes.set(pooled(), 6)
  return stamp(bytes, 7)
}

/** The same parts always give the same id (a UUIDv8 of their SHA-256), so that a repeated command makes the same things. */
export const derivedId = (...parts: readonly (string | number)[]): string =>
  stamp(new Uint8Array(createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16)), 8)
