import { expect, it } from 'vitest'
import { clusterId } from './kafka.ts'

it('a cluster id has 22 characters and no dash in front, whatever the bytes are', () => {
  for (let first = 0; first < 256; first++) expect(clusterId(Buffer.alloc(16, first))).toMatch(/^\w[\w-]{21}$/)
})
