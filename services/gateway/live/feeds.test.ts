import { expect, it } from 'vitest'
import type { CloudEvent } from '../../shared/contracts/feed.ts'
import { memoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { feeds } from './feeds.ts'

const at = (position: number, previous: number): CloudEvent => ({
  specversion: '1.0', id: `e${position}`, source: 'task', type: 'TaskCreated', subject: 't1', time: '2026-05-04T10:00:00.000Z', data: {}, dataversion: 1, organizationid: 'o1',
  partition: 0, position, previous, aggregateversion: 1, actor: 'u1', correlationid: 'c1',
})

it('what lies behind a stretch of private commits, longer than a producer reads for one page, is handed on', async () => {
  const [log, head] = [[at(0, -1), at(50, 0), at(60, 50)], 61]
  const [dapr, handed, asked]: [ReturnType<typeof memoryDapr>, number[], number[]] = [memoryDapr(), [], []]
  dapr.answer('task', ({ path, query = {} }) => {
    if (path === '/internal/feed/heads') return { status: 200, headers: {}, body: { heads: [head] } }
    const after = Number(query['after'])
    asked.push(after)
    // A producer that asks itself the same again and again would keep the test busy for ever.
    if (asked.length > 20) throw new Error('nobody asks so often')
    return { status: 200, headers: {}, body: { events: log.filter(e => e.position > after && e.position <= after + 20), head, next: Math.min(head, after + 21) } }
  })
  const incoming = feeds({ dapr, logger: silentLogger, positions: { 'task-events/0': 0 }, hand: ({ position }) => { handed.push(position) }, pollMs: 60_000 })
  await incoming.start()
  // The broker brings the last one, and has lost the one before.
  await incoming.deliver(log[2], 'task-events')
  await expect.poll(() => handed).toEqual([50, 60])
  expect([asked, incoming.waiting()]).toEqual([[0, 20, 40, 60], 0])
  await incoming.stop()
})
it('a producer that is not up yet is asked again soon: its events are told from the first one on', async () => {
  const [dapr, handed]: [ReturnType<typeof memoryDapr>, number[]] = [memoryDapr(), []]
  let up = false
  dapr.answer('task', ({ path }) => (up && path === '/internal/feed/heads' ? { status: 200, headers: {}, body: { heads: [0] } } : { status: 503, headers: {}, body: {} }))
  const incoming = feeds({ dapr, logger: silentLogger, positions: {}, hand: ({ position }) => { handed.push(position) }, pollMs: 60_000 })
  await incoming.start()
  up = true
  await expect.poll(() => incoming.positions()).toEqual({ 'task-events/0': -1 })
  // The broker brings the second one first.
  await incoming.deliver(at(1, 0), 'task-events')
  await incoming.deliver(at(0, -1), 'task-events')
  expect(handed).toEqual([0, 1])
  await incoming.stop()
})
