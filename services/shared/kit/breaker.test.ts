import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { breaker } from './breaker.ts'
import { isUnavailable } from './unavailable.ts'

const fail = async (): Promise<never> => { throw Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }

// Its waits are told by this clock, and scattered by the library: the first one is up to 1.4 times as long.
beforeEach(() => { vi.useFakeTimers({ toFake: ['Date'] }) })
afterEach(() => { vi.useRealTimers() })

describe('a breaker', () => {
  it('opens after failures in a row, fails at once, and closes when a trial succeeds', async () => {
    const mail = breaker({ name: 'mail', failures: 3, retryAfterMs: 200 })
    for (let i = 0; i < 3; i++) await expect(mail.run(fail)).rejects.toThrow('x')
    expect(mail.state()).toBe('open')
    let called = false
    const refused = await mail.run(async () => { called = true }).catch((e: unknown) => e)
    expect(isUnavailable(refused)).toBe(true)
    expect(called).toBe(false)
    expect(() => { mail.check() }).toThrow('mail is down')
    vi.advanceTimersByTime(300)
    expect(await mail.run(async () => 7)).toBe(7)
    expect(mail.state()).toBe('closed')
  })
  it('lets one call try whether it is over, and keeps nobody else waiting for it', async () => {
    const slow = breaker({ name: 'slow', failures: 1, retryAfterMs: 10, timeoutMs: Infinity })
    await slow.run(fail).catch(() => {})
    vi.advanceTimersByTime(30)
    const over = Promise.withResolvers<string>()
    const trial = slow.run(() => over.promise)
    expect(isUnavailable(await slow.run(async () => 7).catch((e: unknown) => e))).toBe(true)
    over.resolve('over')
    expect(await trial).toBe('over')
    expect(await slow.run(async () => 7)).toBe(7)
  })
  it('counts only what is an outage', async () => {
    const mongo = breaker({ name: 'mongo', failures: 2, isOutage: isUnavailable })
    for (let i = 0; i < 5; i++) await mongo.run(async () => { throw Object.assign(new Error('E11000'), { code: 11000 }) }).catch(() => {})
    expect(mongo.state()).toBe('closed')
    for (let i = 0; i < 2; i++) await mongo.run(fail).catch(() => {})
    expect(mongo.state()).toBe('open')
  })
  it('gives up on a call that takes too long', async () => {
    const slow = breaker({ name: 'slow', timeoutMs: 20 })
    const error = await slow.run(() => sleep(5_000, undefined, { ref: false })).catch((e: unknown) => e)
    expect(isUnavailable(error)).toBe(true)
  })
})
