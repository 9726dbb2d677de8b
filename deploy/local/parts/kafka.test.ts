import { expect, it } from 'vitest'
import { clusterId, propertyValue } from './kafka.ts'

it('a cluster id has 22 characters and no dash in front, whatever the bytes are', () => {
  for (let first = 0; first < 256; first++) expect(clusterId(Buffer.alloc(16, first))).toMatch(/^\w[\w-]{21}$/)
})

it('a path of any letters reaches Kafka as it is: its file is read as Latin-1', () => {
  const java = (text: string): string => Buffer.from(text).toString('latin1')
    .replace(/\\u([0-9a-f]{4})|\\(.)/g, (_, code: string | undefined, char: string) => code ? String.fromCharCode(Number.parseInt(code, 16)) : char)
  for (const path of ['/home/jürgen/Büro 1', '/home/工作/😀', String.raw`/odd\u0041`]) expect(java(propertyValue(path))).toBe(path)
})
