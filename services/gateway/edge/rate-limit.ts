import type { Context, Middleware } from 'koa'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { Refused } from '../../shared/kit/decider.ts'

export type RateLimits = { userPer10s: number; addressPer10s: number; signInPerMinute: number }
export type RateLimitOptions = {
  limits: RateLimits
  /** Who sent this, by a token that was verified; undefined for everybody else. */
  userOf: (ctx: Context) => Promise<string | undefined>
  /** Signing in and its like, where guessing pays. */
  isSignIn: (ctx: Context) => boolean
}

type Bucket = { name: string; limiter: RateLimiterMemory; points: number; seconds: number }
const bucket = (name: string, points: number, seconds: number): Bucket => ({ name, points, seconds, limiter: new RateLimiterMemory({ keyPrefix: name, points, duration: seconds }) })

/** Refuses with 429 who asks too often: per person where there is one, else per address; signing in has a budget of its own. Counts per gateway process. */
export const rateLimit = ({ limits, userOf, isSignIn }: RateLimitOptions): Middleware => {
  const user = bucket('user', limits.userPer10s, 10)
  const address = bucket('address', limits.addressPer10s, 10)
  const signIn = bucket('sign-in', limits.signInPerMinute, 60)
  return async (ctx, next) => {
    const ip: string = ctx.state.clientIp
    if (isSignIn(ctx)) await spend(ctx, signIn, ip)
    else {
      const userId = await userOf(ctx)
      await (userId === undefined ? spend(ctx, address, ip) : spend(ctx, user, userId))
    }
    await next()
  }
}

const spend = async (ctx: Context, { name, limiter, points, seconds }: Bucket, key: string): Promise<void> => {
  const result = await limiter.consume(key).catch((error: unknown) => {
    if (error instanceof RateLimiterRes) return error
    throw error
  })
  const wait = Math.max(1, Math.ceil(result.msBeforeNext / 1_000))
  ctx.set('RateLimit-Policy', `"${name}";q=${points};w=${seconds}`)
  ctx.set('RateLimit', `"${name}";r=${Math.max(0, result.remainingPoints)};t=${wait}`)
  if (result.consumedPoints > points) throw new Refused('throttled', 'throttled', 'Too many requests. Wait a moment.', { retryAfter: wait })
}
