import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto'

/** What the one secret `token-key` is used for; each use has a key of its own. */
export type Purpose = 'wrap' | 'signing-keys' | 'email' | 'refresh' | 'reset' | 'invitation' | 'device' | 'machine' | 'idempotency' | 'oauth' | 'identity'
export type Keyring = {
  key(purpose: Purpose): KeyObject
  mac(purpose: Purpose, text: string): string
  macHolds(purpose: Purpose, text: string, mac: string): boolean
}

/** Derives the service's keys from its secret. */
export const keyring = (tokenKey: string): Keyring => {
  const keys = new Map<Purpose, KeyObject>()
  // Ready to be used: Node takes several times as long for what it is given as bytes.
  const key = (purpose: Purpose): KeyObject => {
    const known = keys.get(purpose) ?? createSecretKey(Buffer.from(hkdfSync('sha256', tokenKey, 'cybertask', purpose, 32)))
    keys.set(purpose, known)
    return known
  }
  const mac = (purpose: Purpose, text: string): string => createHmac('sha256', key(purpose)).update(text).digest('base64url')
  return {
    key, mac,
    macHolds: (purpose, text, given) => {
      const [a, b] = [Buffer.from(mac(purpose, text)), Buffer.from(given)]
      return a.length === b.length && timingSafeEqual(a, b)
    },
  }
}
