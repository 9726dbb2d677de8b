import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Cookies } from '../../shared/kit/http/call.ts'
import { machineOf } from '../../shared/kit/http/machine.ts'
import { uuidv7 } from '../../shared/kit/ids.ts'
import type { UserDeps } from '../deps.ts'
import { browserCookies } from './cookies.ts'
import { budgets, throttleKey, type Counted } from './throttle.ts'

const accountKey = (emailHash: string): string => throttleKey('account', emailHash)
const confirmKey = (userId: string): string => throttleKey('confirm', userId)
type From = { ip: string; cookies: Cookies }
const day = 86_400
const rememberDays = 90
const Since = z.string()
/** From where a guess comes: a device or place that its account's owner has used, or a stranger's. */
type Origin = { counted: readonly [Counted, ...Counted[]]; device: boolean; placeSince: string | undefined }

/** Decides which budget a guess at an account is counted against, and remembers from where its owner has signed in. */
export const loginGuard = ({ state, throttle, settings, keys, clock }: Pick<UserDeps, 'state' | 'throttle' | 'settings' | 'keys' | 'clock'>) => {
  const cookies = browserCookies(settings, keys)
  // The places that this process has found or made known. They stay so for their time.
  const places = new LRUCache<string, string>({ max: 20_000 })
  const msSince = (since: string): number => clock.epochMs() - Date.parse(since)
  const sinceOf = async (key: string): Promise<string | undefined> => {
    const known = places.get(key)
    if (known !== undefined && msSince(known) < rememberDays * day * 1000) return known
    const since = Since.safeParse((await state.get(key))?.value).data
    if (since !== undefined) places.set(key, since)
    return since
  }
  const placeKey = (emailHash: string, ip: string): string => throttleKey('known-place', emailHash, machineOf(ip))
  const originOf = async (emailHash: string, { ip, cookies: jar }: From): Promise<Origin> => {
    const device = cookies.knownDevice(jar, emailHash)
    if (device) return { counted: [{ key: throttleKey('device', emailHash, device), budget: budgets.known }], device: true, placeSince: undefined }
    const placeSince = await sinceOf(placeKey(emailHash, ip))
    const machine = machineOf(ip)
    if (placeSince !== undefined)
      return { counted: [{ key: throttleKey('place', emailHash, machine), budget: budgets.known }], device: false, placeSince }
    const account = { key: accountKey(emailHash), budget: budgets.account }
    const address = { key: throttleKey('address', machine), budget: budgets.address }
    return { counted: [account, address], device: false, placeSince }
  }
  /** After a right password: this device and place are known from now on. */
  const welcome = async (emailHash: string, { ip, cookies: jar }: From, { device, placeSince }: Pick<Origin, 'device' | 'placeSince'>): Promise<void> => {
    if (!device) cookies.keepDevice(jar, emailHash, uuidv7())
    const isFresh = placeSince !== undefined && msSince(placeSince) < 30 * day * 1000
    if (device || isFresh) return
    const [key, now] = [placeKey(emailHash, ip), clock.now()]
    await state.set(key, now, { ttlSeconds: rememberDays * day })
    places.set(key, now)
  }
  return {
    guess: async <T>(emailHash: string, from: From, check: () => Promise<T | undefined>): Promise<T | undefined> => {
      const origin = await originOf(emailHash, from)
      const right = await throttle.guess(origin.counted, check)
      if (right !== undefined) await welcome(emailHash, from, origin)
      return right
    },
    /** Somebody has just signed up from here. */
    welcome: (emailHash: string, from: From): Promise<void> => welcome(emailHash, from, { device: false, placeSince: undefined }),
    /** Somebody has set a new password by a mailed token: wrong guesses are forgotten, and he gets in from here, however many others go on guessing. */
    proven: async (userId: string, emailHash: string, from: From): Promise<void> => {
      const origin = await originOf(emailHash, from)
      await Promise.all([accountKey(emailHash), confirmKey(userId), origin.counted[0].key].map(key => throttle.clear(key)))
      await welcome(emailHash, from, origin)
    },
    /** Guesses at the password of somebody who is signed in; counted for the person, who can have as many sessions as he likes. */
    confirm: <T>(userId: string, check: () => Promise<T | undefined>): Promise<T | undefined> =>
      throttle.guess([{ key: confirmKey(userId), budget: budgets.known }], check),
  }
}
