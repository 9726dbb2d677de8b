import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import about from '../../package.json' with { type: 'json' }
import { expectedParts } from './expected-parts.ts'
import type { Found } from './found.ts'
import { neighboursFrom, type Neighbours } from './neighbours.ts'

const root = resolve(import.meta.dirname, '../..')
const here = process.execPath
const nothing: Found = {
  dapr: { folder: '/dapr', version: '1.18.2' }, documents: { kind: 'uri' }, redis: { program: here, version: '7.0.15' },
  node: { node: '/node' }, kafka: { kind: 'brokers' },
}
const partsWith = (events: string, neighbours: Neighbours, found = nothing) => {
  const parts = expectedParts({ root, home: '/home', found, offset: 0, events, secrets: {}, neighbours })
  const named = (name: string) => parts.find(part => part.name === name)
  return { names: parts.map(part => part.name), named, foundOf: (name: string) => named(name)?.found, versionOf: (name: string) => named(name)?.version }
}

it('the doctor misses no part of one\'s own, and knows which are somebody else\'s, by their place and not by their password', () => {
  const ours = ['sentry', 'placement', 'scheduler', 'gateway', 'gateway-sidecar', 'broker', 'state', 'documents', 'clickhouse', 'mail']
  expect(partsWith('redis', {}).names).toEqual(expect.arrayContaining(ours))
  const { names, foundOf } = partsWith('nats', neighboursFrom(
    { MONGODB_URI: 'mongodb://ann:s3cret@db/', CLICKHOUSE_URL: '', SMTP_URL: 'smtps://ann:s3cret@mail.example.com' },
    { 'clickhouse-url': 'https://ann:s3cret@figures:8443/tasks' },
  ))
  expect(names).toEqual(expect.arrayContaining(ours))
  expect(names.filter(name => ['kafka', 'postgres'].includes(name))).toEqual([])
  expect(['documents', 'clickhouse', 'mail'].map(foundOf)).toEqual(['MongoDB at db', 'ClickHouse at figures:8443', 'mail server at mail.example.com'])
})

it('the embedded ClickHouse is looked for in analytics, and what stands behind a component set of one\'s own behind a sidecar', () => {
  expect(partsWith('redis', {}).named('clickhouse')).toMatchObject({ found: 'embedded (chdb)', there: true, elsewhere: false, through: 'analytics' })
  expect(partsWith('nats', {}).named('broker')).toMatchObject({ found: 'components/nats', there: true, elsewhere: true, through: 'gateway-sidecar' })
})

it('each part of one\'s own has a version: as it was prepared, as it is installed, or as it is built', () => {
  const { names, versionOf, foundOf } = partsWith('kafka', {}, {
    ...nothing, clickhouse: { kind: 'embedded', version: '26.7.2.1' }, kafka: { kind: 'jars', version: '4.1.0', java: here, jars: root },
    documents: { kind: 'ferretdb', version: '1.24.0', program: here, postgres: '/nowhere' }, dapr: { folder: '/dapr', version: '1.18.2' },
  })
  expect(['clickhouse', 'kafka', 'documents', 'state'].map(versionOf)).toEqual(['26.7.2.1', '4.1.0', '1.24.0', '7.0.15'])
  expect(['mail', 'gateway'].map(versionOf)).toEqual([expect.stringMatching(/^\d+\.\d+/), about.version])
  expect(foundOf('gateway')).toBe(`on Node ${process.versions.node}`)
  // Of what is gone there is none to tell.
  expect(names.filter(name => !versionOf(name) && !foundOf(name)?.startsWith('gone: '))).toEqual([])
  expect(partsWith('redis', {}).versionOf('clickhouse')).toMatch(/^chdb \d+\.\d+/)
})

it('what these settings need and nobody has got yet is not prepared', () => {
  const { foundOf } = partsWith('kafka', {})
  expect(['documents', 'kafka'].map(foundOf)).toEqual(['not prepared', 'not prepared'])
})
