import { Refused } from '../../shared/kit/decider.ts'

/** What one request holds: `take` counts what it needs more, or refuses it, and `leave` gives all of it back. */
export type Reservation = { take(amount: number): void; leave(): void }
export type Limits = { most: number; mostEach: number }

/** Something there is not enough of for everybody at once: bounded in all, and for each machine, so that one cannot take the part of all others. */
export const quota = ({ most, mostEach }: Limits): ((machine: string) => Reservation) => {
  const each = new Map<string, number>()
  let all = 0
  return machine => {
    let own = 0
    const add = (amount: number): void => {
      own += amount
      all += amount
      const theirs = (each.get(machine) ?? 0) + amount
      if (theirs > 0) each.set(machine, theirs)
      else each.delete(machine)
    }
    return {
      take: amount => {
        if (all + amount > most || (each.get(machine) ?? 0) + amount > mostEach) throw new Refused('unavailable', 'busy', 'Too much is being sent at this moment. Try again soon.', { retryAfter: 2 })
        add(amount)
      },
      leave: () => { add(-own) },
    }
  }
}
