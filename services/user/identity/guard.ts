import type { Cookies } from '../../shared/kit/http/call.ts'
import { uuidv7 } from '../../shared/kit/ids.ts'
import type { UserDeps } from '../deps.ts'
import { browserCookies } from './cookies.ts'
import { budgets, machineOf, throttleKey, type Counted } from './throttle.ts'

type From = { ip: string; cookies: Cookies }
const rememberSeconds = 90 * 86_400

/** Decides which budget a guess at an account is counted against, and remembers from where its owner has signed in. */
export const loginGuard = ({ state, throttle, settings, keys }: Pick<UserDeps, 'state' | 'throttle' | 'settings' | 'keys'>) => {
  const cookies = browserCookies(settings, keys)
  const placeKey = (emailHash: string, ip: string): string => throttleKey('known-place', emailHash, machineOf(ip))
  const budgetsFor = async (emailHash: string, { ip, cookies: jar }: From): Promise<Counted[]> => {
    const device = cookies.knownDevice(jar, emailHash)
    if (device) return [{ key: throttleKey('device', emailHash, device), budget: budgets.known }]
    if (await state.get(placeKey(emailHash, ip))) return [{ key: throttleKey('place', emailHash, machineOf(ip)), budget: budgets.known }]
    return [{ key: throttleKey('account', emailHash), budget: budgets.account }, { key: throttleKey('address', machineOf(ip)), budget: budgets.address }]
  }
  return {
    guess: async (emailHash: string, from: From, check: () => Promise<boolean>): Promise<boolean> => throttle.guess(await budgetsFor(emailHash, from), check),
    /** After a right password: this place and device are known from now on, and wrong guesses before it are forgiven. */
    welcome: async (emailHash: string, { ip, cookies: jar }: From): Promise<void> => {
      const counted = await budgetsFor(emailHash, { ip, cookies: jar })
      // The address' own count stays: one's own account must not wash away guesses at others.
      if (counted[0]) await throttle.clear(counted[0].key)
      if (!cookies.knownDevice(jar, emailHash)) cookies.keepDevice(jar, emailHash, uuidv7())
      await state.set(placeKey(emailHash, ip), true, { ttlSeconds: rememberSeconds })
    },
    /** Guesses at the password of somebody who is signed in. */
    confirm: (sessionId: string, check: () => Promise<boolean>): Promise<boolean> => throttle.guess([{ key: throttleKey('session', sessionId), budget: budgets.known }], check),
  }
}
export type LoginGuard = ReturnType<typeof loginGuard>

/** Passes `ms` after it was made: an answer that waits for it tells nothing by its time. */
export const evenTime = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms) })
