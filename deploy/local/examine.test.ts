import { expect, it } from 'vitest'
import { tableOf, type Row } from './examine.ts'

const row = (given: Partial<Row>): Row => ({
  name: 'notification-sidecar', found: 'on Node 24.21.0', version: '26.7.2.1', running: 'process 4194304', reachable: 'yes', memory: '1234 MB', ownMb: 1234,
  well: true, ...given,
})
const shards = 'MongoDB at shard-00.cluster.example.com, shard-01.cluster.example.com'

it('the table keeps within 120 columns: a longer cell pushes its own row aside, and no other', () => {
  const { lines } = tableOf([row({}), row({ found: shards, version: '', running: 'elsewhere', memory: '' }), row({ memory: '1234 MB of analytics' })])
  const [head, ours, theirs, shared] = lines
  expect([head, ours, shared].map(line => (line?.length ?? 0) <= 120)).toEqual([true, true, true])
  expect(new Set([head, ours, shared].map(line => line?.search(/reachable|yes/))).size).toBe(1)
  expect(theirs).toContain(`${shards}  `)
})

it('memory that two parts share counts once', () => {
  expect(tableOf([row({}), row({ running: 'in analytics', memory: '1234 MB of analytics', ownMb: 0 })]).totalMb).toBe(1234)
})
