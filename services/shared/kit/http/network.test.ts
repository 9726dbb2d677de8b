import { describe, expect, it } from 'vitest'
import { networkOf } from './network.ts'

describe('the network of an address', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'], ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:5:6:7:8:9:a', '2001:db8:5::/48'], ['2001:DB8::1', '2001:db8:0::/48'],
    ['::1', '0:0:0::/48'], ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['203.0.113.0/24', '203.0.113.0/24'], ['', undefined], ['unknown', undefined],
  ])('%s lies in %s', (address, network) => { expect(networkOf(address)).toBe(network) })
})
