import { createHash } from 'node:crypto'
import type { Clock } from '../../shared/kit/clock.ts'
import type { DaprState, SetOptions } from '../../shared/kit/dapr/dapr.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'

/** Wrong guesses that cost nothing, the longest wait after that (each further one doubles it), and how many are looked at side by side. */
export type Budget = { free: number; maxSeconds: number; atOnce: number }
/**
 * A stranger's guesses count against the account and against his address. Who has signed in before (from this device, or from this address) has a budget of his own,
 * so an attacker who uses up the strangers' cannot lock him out. A day without a wrong guess clears a budget.
 */
export const budgets = {
  account: { free: 5, maxSeconds: 900, atOnce: 1 },
  address: { free: 50, maxSeconds: 300, atOnce: 4 },
  known: { free: 10, maxSeconds: 300, atOnce: 4 },
} as const satisfies Record<string, Budget>
const day = 86_400
/** So long a place is known that its owner does not use. */
const rememberDays = 90
// How long a refusal is repeated without a look at the store: a flood costs next to nothing, and what another replica forgives is felt soon.
const repeatMs = 2_000

const Count = z.object({ failures: z.number(), until: z.string(), at: z.string(), since: z.string().optional() })
// A place that became known before its wrong guesses were counted in the same record.
const Since = z.string().transform(since => ({ failures: 0, until: '', at: since, since }))
const Kept = z.union([Count, Since])
/** What is kept of a budget; with `since` it is a place that its account's owner has used. */
type Seen = { etag: string | undefined; failures: number; until: string; since: string | undefined }
export type Counted = { key: string; budget: Budget }
type Budgets = readonly [Counted, ...Counted[]]
export type Throttle = {
  /** Refuses with 429 while one of the budgets must wait; runs `check`; counts a wrong guess (nothing found), and after a right one forgives the first budget. */
  guess<T>(counted: Budgets, check: () => Promise<T | undefined>): Promise<T | undefined>
  /** The same against the place's own budget, if it is known, else against the strangers'. Tells since when it is known. */
  guessAt<T>(place: Counted, strangers: Budgets, check: () => Promise<T | undefined>): Promise<{ found: T | undefined; since: string | undefined }>
  /** A place of an account's owner: known from now on, and its wrong guesses forgiven. */
  know(key: string): Promise<void>
  clear(key: string): Promise<void>
}

/** Keys hold no address in clear. */
export const throttleKey = (...parts: string[]): string => `login-attempts.${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32)}`
/** One machine: an IPv4 address, or the /64 that an IPv6 provider gives to one. */
export const machineOf = (ip: string): string => {
  const bare = ip.replace(/^::ffff:/i, '')
  if (!bare.includes(':')) return bare
  // Written out, for `::` may stand within the first four groups as well.
  const [head = [], tail = []] = bare.split('::').map(half => half.split(':').filter(Boolean))
  const groups = [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0'), ...tail]
  return groups.slice(0, 4).map(group => Number.parseInt(group, 16).toString(16)).join(':')
}

export const throttle = (state: DaprState, clock: Clock): Throttle => {
  const turns = new Map<string, Promise<unknown>>()
  const waits = new LRUCache<string, number>({ max: 50_000 })
  const read = async (key: string): Promise<Seen> => {
    const entry = await state.get(key)
    const kept = Kept.safeParse(entry?.value).data
    const counts = kept && Date.parse(clock.now()) - Date.parse(kept.at) < day * 1000
    return { etag: entry?.etag, since: kept?.since, failures: counts ? kept.failures : 0, until: counts ? kept.until : '' }
  }
  const write = (key: string, { failures, since }: Pick<Seen, 'failures' | 'since'>, waitMs: number, guard: SetOptions): Promise<boolean> => {
    const at = clock.now()
    const until = new Date(Date.parse(at) + waitMs).toISOString()
    return state.set(key, { failures, until, at, ...(since !== undefined && { since }) }, { ttlSeconds: since === undefined ? day : rememberDays * day, ...guard })
  }
  const tooMany = (waitMs: number): Refused => new Refused('throttled', 'too-many-attempts', 'Too many wrong attempts. Wait, or set a new password by mail.', { retryAfter: Math.ceil(waitMs / 1000) })
  const repeatRefusal = ({ key }: Counted): void => {
    const waitMs = (waits.get(key) ?? 0) - Date.parse(clock.now())
    if (waitMs > 0) throw tooMany(waitMs)
  }
  const admit = ({ key }: Counted, { until }: Seen): void => {
    const waitMs = until ? Date.parse(until) - Date.parse(clock.now()) : 0
    if (waitMs <= 0) return
    waits.set(key, Date.parse(clock.now()) + waitMs, { ttl: repeatMs })
    throw tooMany(waitMs)
  }
  const count = async ({ key, budget }: Counted): Promise<void> => {
    for (;;) {
      const { etag, failures, since } = await read(key)
      const over = failures + 1 - budget.free
      const seconds = over > 0 ? Math.min(2 ** over, budget.maxSeconds) : 0
      if (await write(key, { failures: failures + 1, since }, seconds * 1000, etag === undefined ? { firstWrite: true } : { etag })) return
    }
  }
  let asked = 0
  const inTurn = async <T>({ key: whose, budget: { atOnce } }: Counted, run: () => Promise<T>): Promise<T> => {
    const key = `${whose} ${asked++ % atOnce}`
    const mine = (turns.get(key) ?? Promise.resolve()).then(run, run)
    const settled = mine.then(() => undefined, () => undefined)
    turns.set(key, settled)
    try { return await mine } finally { if (turns.get(key) === settled) turns.delete(key) }
  }

  const decide = async <T>(counted: Budgets, seen: readonly Seen[], check: () => Promise<T | undefined>): Promise<T | undefined> => {
    for (const [i, one] of seen.entries()) admit(counted[i] ?? counted[0], one)
    const found = await check()
    const [{ key }] = counted
    const [first] = seen
    if (found === undefined) await Promise.all(counted.map(count))
    // Only the first is forgiven: one's own account must not wash away an address' guesses at others.
    else if (first?.failures) await (first.since === undefined ? state.delete(key) : write(key, { failures: 0, since: first.since }, 0, {}))
    return found
  }
  const guess: Throttle['guess'] = async (counted, check) => {
    counted.forEach(repeatRefusal)
    const run = async () => decide(counted, await Promise.all(counted.map(({ key }) => read(key))), check)
    // Each budget has its turns, account before address, or a burst at many accounts would all be let in before the first is counted.
    return counted.reduceRight((inner, one) => () => inTurn(one, inner), run)()
  }

  return {
    guess,
    guessAt: async (place, strangers, check) => {
      repeatRefusal(place)
      return inTurn(place, async () => {
        const seen = await read(place.key)
        const known = seen.since !== undefined
        return { found: await (known ? decide([place], [seen], check) : guess(strangers, check)), since: seen.since }
      })
    },
    know: async key => { await write(key, { failures: 0, since: clock.now() }, 0, {}) },
    clear: async key => { waits.delete(key); await state.delete(key) },
  }
}
