import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { clientIp } from './client-ip.ts'

const through = (forwarded: string, trustedProxies = 1): string => {
  const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: '::ffff:10.0.0.1' })
  return clientIp({ headers: { 'x-forwarded-for': forwarded }, socket }, trustedProxies)
}

it.each([
  ['203.0.113.7', '203.0.113.7'], ['203.0.113.7:50123', '203.0.113.7'], ['[2001:db8::1]:50123', '2001:db8::1'], ['[2001:db8::1]', '2001:db8::1'], ['2001:db8::1', '2001:db8::1'],
  ['9.9.9.9, 203.0.113.7:50123', '203.0.113.7'], ['unknown', '10.0.0.1'], ['203.0.113.7:port', '10.0.0.1'], ['', '10.0.0.1'],
])('who comes through a proxy that says %j is %s', (forwarded, ip) => { expect(through(forwarded)).toBe(ip) })

it('who comes through two proxies is whom the outer one saw, and with none what is said does not count', () => {
  expect([through('9.9.9.9, 203.0.113.7:1, 10.0.0.2:2', 2), through('203.0.113.7', 0)]).toEqual(['203.0.113.7', '10.0.0.1'])
})
