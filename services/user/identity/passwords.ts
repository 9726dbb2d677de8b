import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { bulkhead, isBulkheadRejectedError } from 'cockatiel'
import { Refused } from '../../shared/kit/decider.ts'
import { hasher, startHashing, type Hasher } from './hashing/hasher.ts'
import type { HashCost } from './hashing/job.ts'

export const defaultCost: HashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export type Passwords = {
  hash(password: string): Promise<string>
  /** With no hash (unknown address, no password set) it works as long, and answers false. */
  verify(stored: string | undefined, password: string): Promise<boolean>
  /** True when the hash was made with another cost than today's. */
  isOutdated(stored: string): boolean
  /** How often a password was really compared since the start: what guessing costs, and what it can gain. */
  readonly compared: number
}

// One core is left to everybody else.
const atOnce = Math.max(1, availableParallelism() - 1)
const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '')

/** Hashing takes a core for tens of milliseconds: one fewer at once than there are cores, 200 wait, more are told to come back (503). */
export const passwords = (cost: HashCost = defaultCost, { hash, verify }: Hasher = hasher(() => startHashing(atOnce))): Passwords => {
  const pool = bulkhead(atOnce, 200)
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => pool.execute(work).catch((error: unknown) => {
    throw isBulkheadRejectedError(error) ? new Refused('unavailable', 'busy', 'Too many are signing in at this moment. Try again.', { retryAfter: 1 }) : error
  })
  const marker = `m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}`
  // Looks like any other, and nobody has the password that it was made of.
  const dummy = `$argon2id$v=19$${marker}$${base64(16)}$${base64(32)}`
  let compared = 0
  return {
    hash: password => inTurn(() => hash(password, cost)),
    verify: async (stored, password) => {
      const same = await inTurn(() => { compared += 1; return verify(stored ?? dummy, password) })
      return stored !== undefined && same
    },
    isOutdated: stored => !stored.startsWith('$argon2id$') || !stored.includes(`$${marker}$`),
    get compared() { return compared },
  }
}
