import { createHash } from 'node:crypto'
import type { Clock } from '../../shared/kit/clock.ts'
import type { DaprState } from '../../shared/kit/dapr/dapr.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { shortLivedMap } from '../../shared/kit/short-lived.ts'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'

/** Wrong guesses that cost nothing, the longest wait after that (each further one doubles it), and how many are looked at side by side. */
export type Budget = { free: number; maxSeconds: number; atOnce: number }
/**
 * A stranger's guesses count against the account and against his address. Who has signed in before (from this device, or from this address)
 * has a budget of his own, so an attacker who uses up the strangers' cannot lock him out. A day without a wrong guess clears a budget.
 */
export const budgets = {
  account: { free: 5, maxSeconds: 900, atOnce: 1 },
  address: { free: 50, maxSeconds: 300, atOnce: 4 },
  known: { free: 10, maxSeconds: 300, atOnce: 4 },
} as const satisfies Record<string, Budget>
const forgetSeconds = 86_400
// How long a refusal is repeated without a look at the store: a flood costs next to nothing, and what another replica forgives is felt soon.
const repeatMs = 2_000

const Count = z.object({ failures: z.number(), until: z.string(), at: z.string() })
export type Counted = { key: string; budget: Budget }
export type Throttle = {
  /** Refuses with 429 while a budget must wait; runs `check`; counts a wrong guess (nothing found), and after a right one forgives the first budget. */
  guess<T>(counted: readonly [Counted, ...Counted[]], check: () => Promise<T | undefined>): Promise<T | undefined>
  clear(key: string): Promise<void>
}

/** Keys hold no address in clear. */
export const throttleKey = (...parts: string[]): string => `login-attempts.${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32)}`

export const throttle = (state: DaprState, clock: Clock): Throttle => {
  const turns = shortLivedMap<string, Promise<unknown>>()
  const waits = new LRUCache<string, number>({ max: 50_000 })
  const read = async (key: string) => {
    const entry = await state.get(key)
    const count = Count.safeParse(entry?.value)
    return { etag: entry?.etag, failures: count.data?.failures ?? 0, until: count.data?.until ?? '' }
  }
  const tooMany = (waitMs: number): Refused =>
    new Refused('throttled', 'too-many-attempts', 'Too many wrong attempts. Wait, or set a new password by mail.', {
      retryAfter: Math.ceil(waitMs / 1000),
    })
  const repeatRefusal = ({ key }: Counted): void => {
    const waitMs = (waits.get(key) ?? 0) - clock.epochMs()
    if (waitMs > 0) throw tooMany(waitMs)
  }
  const admit = async ({ key }: Counted): Promise<number> => {
    const { until, failures } = await read(key)
    const waitMs = until ? Date.parse(until) - clock.epochMs() : 0
    if (waitMs > 0) {
      waits.set(key, clock.epochMs() + waitMs, { ttl: repeatMs })
      throw tooMany(waitMs)
    }
    return failures
  }
  const count = async ({ key, budget }: Counted): Promise<void> => {
    for (;;) {
      const { etag, failures } = await read(key)
      const over = failures + 1 - budget.free
      const seconds = over > 0 ? Math.min(2 ** over, budget.maxSeconds) : 0
      const now = clock.now()
      const value = { failures: failures + 1, until: new Date(Date.parse(now) + seconds * 1000).toISOString(), at: now }
      if (await state.set(key, value, { ttlSeconds: forgetSeconds, ...(etag === undefined ? { firstWrite: true } : { etag }) })) return
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

  // Only the first is forgiven: one's own account must not wash away an address' guesses at others.
  const decide = async <T>(counted: readonly [Counted, ...Counted[]], check: () => Promise<T | undefined>): Promise<T | undefined> => {
    const [failures = 0] = await Promise.all(counted.map(admit))
    const found = await check()
    if (found === undefined) await Promise.all(counted.map(count))
    else if (failures > 0) await state.delete(counted[0].key)
    return found
  }

  return {
    // Each budget has its turns, account before address, or a burst at many accounts would all be let in before the first is counted.
    guess: async <T>(counted: readonly [Counted, ...Counted[]], check: () => Promise<T | undefined>) => {
      counted.forEach(repeatRefusal)
      return counted.reduceRight<() => Promise<T | undefined>>((run, one) => () => inTurn(one, run), () => decide(counted, check))()
    },
    clear: async key => { waits.delete(key); await state.delete(key) },
  }
}
