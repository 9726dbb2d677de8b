import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { expectedParts } from './expected-parts.ts'
import type { Found } from './found.ts'
import { neighboursFrom, type Neighbours } from './neighbours.ts'

const found: Found = {
  dapr: { folder: '/dapr', version: '1.18.2' }, documents: { kind: 'uri' }, redis: { program: '/redis', version: '7.0.15' },
  node: { node: '/node' }, kafka: { kind: 'brokers' },
}
const partsWith = (events: string, neighbours: Neighbours) => {
  const parts = expectedParts({ root: resolve(import.meta.dirname, '../..'), home: '/home', found, offset: 0, events, secrets: {}, neighbours })
  return { names: parts.map(part => part.name), foundOf: (name: string) => parts.find(part => part.name === name)?.found }
}

it('the doctor misses no part of one\'s own, and knows which are somebody else\'s, by their place and not by their password', () => {
  const ours = ['sentry', 'placement', 'scheduler', 'gateway', 'gateway-sidecar', 'state', 'documents', 'mail']
  expect(partsWith('redis', {}).names).toEqual(expect.arrayContaining([...ours, 'broker']))
  expect(partsWith('redis', {}).names).not.toContain('clickhouse')
  const { names, foundOf } = partsWith('nats', neighboursFrom(
    { MONGODB_URI: 'mongodb://ann:s3cret@db/', CLICKHOUSE_URL: '', SMTP_URL: 'smtps://ann:s3cret@mail.example.com' },
    { 'clickhouse-url': 'https://ann:s3cret@figures:8443/tasks' },
  ))
  expect(names).toEqual(expect.arrayContaining(ours))
  expect(names.filter(name => ['broker', 'kafka', 'postgres'].includes(name))).toEqual([])
  expect(['documents', 'clickhouse', 'mail'].map(foundOf)).toEqual(['MongoDB at db', 'ClickHouse at figures:8443', 'mail server at mail.example.com'])
})

it('what these settings need and nobody has got yet is not prepared', () => {
  const { foundOf } = partsWith('kafka', {})
  expect(['documents', 'kafka'].map(foundOf)).toEqual(['not prepared', 'not prepared'])
})
