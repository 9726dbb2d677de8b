import { setTimeout as pause } from 'node:timers/promises'
import type { Cookies } from '../../shared/kit/http/call.ts'
import { uuidv7 } from '../../shared/kit/ids.ts'
import type { UserDeps } from '../deps.ts'
import { browserCookies } from './cookies.ts'
import { budgets, machineOf, throttleKey, type Counted } from './throttle.ts'

type From = { ip: string; cookies: Cookies }
const freshMs = 30 * 86_400_000

/** Decides which budget a guess at an account is counted against, and remembers from where its owner has signed in. */
export const loginGuard = ({ throttle, settings, keys, clock }: Pick<UserDeps, 'throttle' | 'settings' | 'keys' | 'clock'>) => {
  const cookies = browserCookies(settings, keys)
  const placeOf = (emailHash: string, ip: string): Counted => ({ key: throttleKey('known-place', emailHash, machineOf(ip)), budget: budgets.known })
  const strangers = (emailHash: string, ip: string): readonly [Counted, Counted] =>
    [{ key: throttleKey('account', emailHash), budget: budgets.account }, { key: throttleKey('address', machineOf(ip)), budget: budgets.address }]
  /** After a right password: this device and place are known from now on. */
  const welcome = async (emailHash: string, { ip, cookies: jar }: From, since?: string): Promise<void> => {
    cookies.keepDevice(jar, emailHash, uuidv7())
    const isFresh = since !== undefined && Date.parse(clock.now()) - Date.parse(since) < freshMs
    if (!isFresh) await throttle.know(placeOf(emailHash, ip).key)
  }
  return {
    guess: async <T>(emailHash: string, from: From, check: () => Promise<T | undefined>): Promise<T | undefined> => {
      const device = cookies.knownDevice(from.cookies, emailHash)
      if (device) return throttle.guess([{ key: throttleKey('device', emailHash, device), budget: budgets.known }], check)
      const { found, since } = await throttle.guessAt(placeOf(emailHash, from.ip), strangers(emailHash, from.ip), check)
      if (found !== undefined) await welcome(emailHash, from, since)
      return found
    },
    /** Somebody has just signed up from here. */
    welcome: (emailHash: string, from: From): Promise<void> => welcome(emailHash, from),
    /** Guesses at the password of somebody who is signed in. */
    confirm: async (sessionId: string, check: () => Promise<boolean>): Promise<boolean> => await throttle.guess([{ key: throttleKey('session', sessionId), budget: budgets.known }], async () => await check() || undefined) ?? false,
  }
}

/** Begins to measure; an answer that awaits what it gives leaves after a whole multiple of `ms`, so that it tells nothing by its time, also when all this takes longer than usual. */
export const evenTime = (ms: number): (() => Promise<void>) => {
  const began = performance.now()
  return async () => {
    if (ms === 0) return
    const spent = performance.now() - began
    await pause(Math.ceil(spent / ms) * ms - spent)
  }
}
