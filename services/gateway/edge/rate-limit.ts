import type { Context, Middleware } from 'koa'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { Refused } from '../../shared/kit/decider.ts'
import { machineOf } from '../../shared/kit/http/machine.ts'

export type RateLimits = { userPer10s: number; addressPer10s: number; signInPerMinute: number }
export type Budget = { name: string; limiter: RateLimiterMemory; points: number; seconds: number }
/**
 * How often somebody may ask: a person, a machine that nobody has named himself on, and a machine that signs in;
 * `lookUp`: how often others are asked what a person may follow on sockets. Counted per gateway process.
 */
export type Budgets = { user: Budget; address: Budget; signIn: Budget; lookUp: Budget }
export type RateLimitOptions = {
  budgets: Pick<Budgets, 'user' | 'address' | 'signIn'>
  /** Who sent this, by a token that was verified; undefined for everybody else. */
  userOf: (ctx: Context) => Promise<string | undefined>
  /** Signing in and its like, where guessing pays. */
  isSignIn: (ctx: Context) => boolean
}
/** What a request left of a budget: the seconds until it is full again, and whether this one was too many. */
export type Spent = { left: number; seconds: number; over: boolean }

const budget = (name: string, points: number, seconds: number): Budget =>
  ({ name, points, seconds, limiter: new RateLimiterMemory({ keyPrefix: name, points, duration: seconds }) })

const leastLookUps = 500

export const budgetsOf = ({ userPer10s, addressPer10s, signInPerMinute }: RateLimits): Budgets =>
  ({
    user: budget('user', userPer10s, 10), address: budget('address', addressPer10s, 10), signIn: budget('sign-in', signInPerMinute, 60),
    // As much as for requests, and beside them: a page that loads must not cost it what it follows.
    // Never less than a few frames name: one that is refused would be refused again whenever it comes.
    lookUp: budget('look-up', Math.max(userPer10s, leastLookUps), 10),
  })

/** Takes one from what `key` may ask. */
export const spend = async ({ limiter, points }: Budget, key: string): Promise<Spent> => {
  const result = await limiter.consume(key).catch((error: unknown) => {
    if (error instanceof RateLimiterRes) return error
    throw error
  })
  return { left: Math.max(0, result.remainingPoints), seconds: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)), over: result.consumedPoints > points }
}

/** Refuses with 429 who asks too often: per person where there is one, else per machine; signing in has a budget of its own. */
export const rateLimit = ({ budgets: { user, address, signIn }, userOf, isSignIn }: RateLimitOptions): Middleware => async (ctx, next) => {
  const machine = machineOf(ctx.state.clientIp)
  if (isSignIn(ctx)) await charge(ctx, signIn, machine)
  else {
    const userId = await userOf(ctx)
    await (userId === undefined ? charge(ctx, address, machine) : charge(ctx, user, userId))
  }
  await next()
}

const charge = async (ctx: Context, from: Budget, key: string): Promise<void> => {
  const { left, seconds, over } = await spend(from, key)
  ctx.set('RateLimit-Policy', `"${from.name}";q=${from.points};w=${from.seconds}`)
  ctx.set('RateLimit', `"${from.name}";r=${left};t=${seconds}`)
  if (over) throw new Refused('throttled', 'throttled', 'Too many requests. Wait a moment.', { retryAfter: seconds })
}
