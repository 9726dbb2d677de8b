import { isIP } from 'node:net'
import type { IncomingMessage } from 'node:http'

/** The caller's address. Behind `trustedProxies` of one's own it is what the outermost of them saw; what a caller claims himself is never looked at. */
export const clientIp = (request: Pick<IncomingMessage, 'headers' | 'socket'>, trustedProxies: number): string => {
  const direct = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  if (trustedProxies === 0) return direct
  const given = String(request.headers['x-forwarded-for'] ?? '').split(',').map(s => s.trim()).filter(Boolean)
  const seen = given.at(-trustedProxies) ?? given[0] ?? direct
  return isIP(seen) ? seen : direct
}
