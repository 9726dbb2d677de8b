import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Refused } from '../../shared/kit/decider.ts'
import { hasher, startHashing, type Hasher } from './hashing/hasher.ts'
import type { HashCost } from './hashing/job.ts'
import { waitingRoom } from './hashing/waiting-room.ts'

export type Passwords = {
  hash(password: string): Promise<string>
  /** The same of a password that has just been compared; undefined while all places are taken: those who wait to be let in go first. */
  hashIfFree(password: string): Promise<string | undefined>
  /** With no hash (unknown address, no password set) it works as long, and answers false. */
  verify(stored: string | undefined, password: string): Promise<boolean>
  /** True when the hash was made with another cost than today's. */
  isOutdated(stored: string): boolean
  /** How often a password was really compared since the start: what guessing costs, and what it can gain. */
  readonly compared: number
}

/** How many are hashed at once. One core is left to everybody else: with none left, others' slowest answers took half a second. */
export const atOnce = Math.max(1, availableParallelism() - 1)
// They wait less than the gateway does for an answer, so that they hear why there is none.
const room = { most: 200, patienceMs: 3_000 }
const busy = (): Refused => new Refused('unavailable', 'busy', 'Too many are signing in at this moment. Try again.', { retryAfter: 2 })
const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '')

/** Hashing takes a core for tens of milliseconds, and the memory that `cost` says: so few at once, and who would wait too long is told to come back (503). */
export const passwords = (cost: HashCost, { hash, verify }: Hasher = hasher(() => startHashing(atOnce))): Passwords => {
  const inTurn = waitingRoom({ atOnce, ...room, late: busy })
  const marker = `m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}`
  // Looks like any other, and nobody has the password that it was made of.
  const dummy = `$argon2id$v=19$${marker}$${base64(16)}$${base64(32)}`
  const isOutdated = (stored: string): boolean => !stored.startsWith('$argon2id$') || !stored.includes(`$${marker}$`)
  let compared = 0
  return {
    hash: password => inTurn(() => hash(password, cost)),
    hashIfFree: async password => (inTurn.isFree() ? inTurn(() => hash(password, cost)) : undefined),
    verify: async (stored, password) => inTurn(async () => {
      compared += 1
      const isSame = await verify(stored ?? dummy, password)
      // A cheaper one of before must not tell by its time that there is such an address.
      if (!isSame && stored !== undefined && isOutdated(stored)) await verify(dummy, password)
      return stored !== undefined && isSame
    }),
    isOutdated,
    get compared() { return compared },
  }
}
