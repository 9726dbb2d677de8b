import { expect, it, vi } from 'vitest'
import { ps } from './process-identity.mjs'

it('when a process was born is told in the same words in every time zone', () => {
  const asked = ['Asia/Tokyo', 'America/New_York'].map(zone => {
    vi.stubEnv('TZ', zone)
    return ps(process.pid, 'lstart')
  })
  vi.unstubAllEnvs()
  expect(asked[0]).toMatch(/\d\d:\d\d:\d\d/)
  expect(asked[1]).toBe(asked[0])
})
