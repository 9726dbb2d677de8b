import { isIPv4, isIPv6 } from 'node:net'

/**
 * The network an address belongs to: `203.0.113.0/24` or `2001:db8:5::/48`. The log is for ever, so it says from which part of the world
 * a change came and not from whose machine. A network stays what it is; what is no address has none.
 */
export const networkOf = (address: string): string | undefined => {
  if (address.includes('/')) return address
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (isIPv4(bare)) return `${bare.split('.').slice(0, 3).join('.')}.0/24`
  if (!isIPv6(bare)) return undefined
  const [head = '', tail] = bare.split('::')
  const groups = head === '' ? [] : head.split(':')
  const first = tail === undefined ? groups : [...groups, '0', '0', '0']
  return `${first.slice(0, 3).map(group => Number.parseInt(group, 16).toString(16)).join(':')}::/48`
}
