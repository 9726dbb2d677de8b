import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { bulkhead } from 'cockatiel'

/** Cost of argon2id (the library's default); OWASP's floor is 19 MiB, 2 passes, 1 lane. */
export type HashCost = { memoryCost: number; timeCost: number; parallelism: number }
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

/** Hashing takes a core for tens of milliseconds: as many at once as there are cores, 200 wait, more are told to come back (503). */
export const passwords = async (cost: HashCost = defaultCost): Promise<Passwords> => {
  const pool = bulkhead(availableParallelism(), 200)
  const dummy = await hash('nobody has this password', cost)
  const marker = `m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}`
  let compared = 0
  return {
    hash: password => pool.execute(() => hash(password, cost)),
    verify: async (stored, password) => {
      const same = await pool.execute(() => { compared += 1; return verify(stored ?? dummy, password) })
      return stored !== undefined && same
    },
    isOutdated: stored => !stored.startsWith('$argon2id$') || !stored.includes(`$${marker}$`),
    get compared() { return compared },
  }
}
