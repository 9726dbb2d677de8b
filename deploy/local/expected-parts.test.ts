import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { expectedParts } from './expected-parts.ts'
import type { Found } from './found.ts'

const found: Found = { dapr: { folder: '/dapr', version: '1.18.2' }, documents: { kind: 'uri' }, redis: { program: '/redis', version: '7.0.15' }, node: { node: '/node' }, kafka: { kind: 'brokers' } }
const names = (events: string, secrets: Record<string, string>): string[] =>
  expectedParts({ root: resolve(import.meta.dirname, '../..'), found, offset: 0, events, secrets }).map(part => part.name)

it('the doctor misses no part that is somebody else\'s: a mail server, a store, a broker', () => {
  const ours = ['sentry', 'placement', 'scheduler', 'gateway', 'gateway-sidecar', 'state']
  expect(names('redis', { 'smtp-url': 'smtp://127.0.0.1:1025' })).toEqual(expect.arrayContaining([...ours, 'broker', 'mail']))
  const elsewhere = names('nats', { 'smtp-url': 'smtps://mail.example.com' })
  expect(elsewhere).toEqual(expect.arrayContaining(ours))
  expect(elsewhere.filter(name => ['mail', 'documents', 'postgres', 'broker', 'kafka'].includes(name))).toEqual([])
})
