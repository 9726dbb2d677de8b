import { isIP } from 'node:net'
import type { IncomingMessage } from 'node:http'

/** The caller's address. Behind `trustedProxies` of one's own it is what the outermost of them saw; what a caller claims himself is never looked at. */
export const clientIp = (request: Pick<IncomingMessage, 'headers' | 'socket'>, trustedProxies: number): string => {
  const direct = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  if (trustedProxies === 0) return direct
  const given = String(request.headers['x-forwarded-for'] ?? '').split(',').map(s => s.trim()).filter(Boolean)
  const seen = withoutPort(given.at(-trustedProxies) ?? given[0] ?? direct)
  return isIP(seen) ? seen : direct
}

// Some proxies (Azure's, IIS) name the port as well: `203.0.113.7:50123`, `[2001:db8::1]:50123`.
const withoutPort = (address: string): string => /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address
