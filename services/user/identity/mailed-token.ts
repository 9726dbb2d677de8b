import type { Keyring } from './keyring.ts'

/**
 * A token that is mailed: `<about>.<request>.<mac>`. It is computed, never stored, so the mail can be sent again after a crash
 * and a stolen database holds none; that it is used once is decided by the aggregate, which knows which requests are open.
 */
export const mailedToken = (keys: Keyring, purpose: 'reset' | 'invitation', about: string, request: string): string => {
  const text = `${about}.${request}`
  return `${text}.${keys.mac(purpose, text)}`
}

/** Undefined for anything that this service has not made. */
export const readMailedToken = (keys: Keyring, purpose: 'reset' | 'invitation', token: string): { about: string; request: string } | undefined => {
  const [about, request, mac, ...rest] = token.split('.')
  if (!about || !request || !mac || rest.length) return undefined
  return keys.macHolds(purpose, `${about}.${request}`, mac) ? { about, request } : undefined
}
