import { Refused } from '../../shared/kit/decider.ts'

/** What one request holds: `take` counts bytes that came, or refuses them, and `leave` gives all of them back. */
export type Held = { take(bytes: number): void; leave(): void }
export type HeldLimits = { most?: number; mostEach?: number }

const MiB = 1024 * 1024

/** The bodies that wait here for their services: bounded in all, and for each machine, so that one cannot take the room of all others. */
export const heldBytes = ({ most = 128 * MiB, mostEach = 32 * MiB }: HeldLimits = {}): ((machine: string) => Held) => {
  const each = new Map<string, number>()
  let all = 0
  return machine => {
    let own = 0
    const add = (bytes: number): void => {
      own += bytes
      all += bytes
      const theirs = (each.get(machine) ?? 0) + bytes
      if (theirs > 0) each.set(machine, theirs)
      else each.delete(machine)
    }
    return {
      take: bytes => {
        if (all + bytes > most || (each.get(machine) ?? 0) + bytes > mostEach) throw new Refused('unavailable', 'busy', 'Too much is being sent at this moment. Try again soon.', { retryAfter: 2 })
        add(bytes)
      },
      leave: () => { add(-own) },
    }
  }
}
