import { describe, expect, it } from 'vitest'
import { machineOf } from './machine.ts'

describe('one machine', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'], ['::ffff:203.0.113.7', '203.0.113.7'], ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'], ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'], ['2001:0DB8::a:9', '2001:db8:0:0'], ['2001:db8:0:5::1', '2001:db8:0:5'], ['::1', '0:0:0:0'],
  ])('%s is %s', (ip, machine) => { expect(machineOf(ip)).toBe(machine) })
})
