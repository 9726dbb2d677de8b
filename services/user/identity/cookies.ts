import { refreshCookie } from '../../shared/contracts/user/http.ts'
import type { Cookies } from '../../shared/kit/http/call.ts'
import type { Settings } from '../deps.ts'
import type { Keyring } from './keyring.ts'

const day = 86_400

/** The browser's HttpOnly cookies: its refresh token, and the mark that somebody has signed in from this device before. */
export const browserCookies = ({ https }: Settings, keys: Keyring) => {
  const name = (plain: string): string => (https ? `__Host-${plain}` : plain)
  const options = (maxAgeSeconds: number) => ({ maxAgeSeconds, path: '/', sameSite: 'strict', secure: https } as const)
  const refresh = name(refreshCookie)
  // One cookie per account that was used here; its name tells nothing about the account.
  const device = (emailHash: string): string => {
    const mac = keys.mac('device', `name.${emailHash}`)
    return name(`cybertask-device-${mac.slice(0, 10).replaceAll(/[^A-Za-z0-9]/g, 'x')}`)
  }
  const mark = (deviceId: string, emailHash: string): string => keys.mac('device', `${deviceId}.${emailHash}`)
  return {
    refreshToken: (cookies: Cookies): string | undefined => cookies.get(refresh),
    keepRefreshToken: (cookies: Cookies, token: string | undefined): void => cookies.set(refresh, token, options(14 * day)),
    /** The device's id, when it has been used for this account before. */
    knownDevice: (cookies: Cookies, emailHash: string): string | undefined => {
      const [deviceId, proof] = cookies.get(device(emailHash))?.split('.') ?? []
      return deviceId && proof && keys.macHolds('device', `${deviceId}.${emailHash}`, proof) ? deviceId : undefined
    },
    keepDevice: (cookies: Cookies, emailHash: string, deviceId: string): void =>
      cookies.set(device(emailHash), `${deviceId}.${mark(deviceId, emailHash)}`, options(365 * day)),
  }
}
