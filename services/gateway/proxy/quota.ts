import { Refused } from '../../shared/kit/decider.ts'
import { shortLivedSet } from '../../shared/kit/short-lived.ts'

/**
 * What one request holds: `take` counts what it needs more, or refuses it, `moved` says how many bytes have gone on,
 * `settle` that it does not depend on the caller any more, and `leave` gives all of it back.
 */
export type Reservation = { take(amount: number): void; moved(bytes: number): void; settle(): void; leave(): void }
/** `patienceMs`: how long a request may hold something before a newcomer may have it. */
export type Limits = { most: number; mostEach: number; patienceMs?: number }
type Holder = { amount: number; since: number | undefined; bytes: number; giveWay: (() => void) | undefined }

// What moved before does not count: it may have been a burst, or what fits into buffers, before a long silence.
const burstMs = 500

/**
 * Something there is not enough of for everybody at once: bounded in all, and for each machine, so that one cannot take the part of
 * all others. Where no room is left, the one whose bytes move slowest gives way (`drop` is called), as soon as it has had its time;
 * a newcomer is refused only where there is none.
 */
export const quota = ({ most, mostEach, patienceMs = 5_000 }: Limits): ((machine: string, drop: () => void) => Reservation) => {
  const each = new Map<string, number>()
  const holders = shortLivedSet<Holder>()
  let all = 0
  const slowest = (now: number): Holder | undefined => {
    let found: { holder: Holder; rate: number } | undefined
    for (const holder of holders.values()) {
      const age = now - (holder.since ?? now)
      if (!holder.giveWay || age <= patienceMs) continue
      const rate = holder.bytes / age
      if (!found || rate < found.rate) found = { holder, rate }
    }
    return found?.holder
  }
  return (machine, drop) => {
    const own: Holder = { amount: 0, since: undefined, bytes: 0, giveWay: undefined }
    const add = (amount: number): void => {
      own.amount += amount
      all += amount
      const theirs = (each.get(machine) ?? 0) + amount
      if (theirs > 0) each.set(machine, theirs)
      else each.delete(machine)
    }
    const moved = (bytes: number): void => { if (own.since !== undefined && performance.now() - own.since > burstMs) own.bytes += bytes }
    const leave = (): void => {
      holders.delete(own)
      add(-own.amount)
    }
    // Not assigned as it is made: V8 makes such a function old from the start, and with it all that it holds, such as the request.
    const giveWay = (): void => { leave(); drop() }
    own.giveWay = giveWay
    return {
      moved, leave,
      take: amount => {
        if ((each.get(machine) ?? 0) + amount > mostEach) throw busy()
        while (all + amount > most) {
          const other = slowest(performance.now())
          if (!other?.giveWay || other === own) throw busy()
          other.giveWay()
        }
        own.since ??= performance.now()
        holders.add(own)
        add(amount)
        moved(amount)
      },
      settle: () => { own.giveWay = undefined },
    }
  }
}

export const busy = (): Refused => new Refused('unavailable', 'busy', 'Too much is being sent at this moment. Try again soon.', { retryAfter: 2 })
