import { afterEach, expect, it, vi } from 'vitest'
import type { CloudEvent } from '../../shared/contracts/feed.ts'
import { memoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { feeds } from './feeds.ts'

afterEach(() => { vi.useRealTimers() })

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
it('what a producer has told and does not give is behind, and no more once it is handed on', async () => {
  const dapr = memoryDapr()
  let gives = false
  dapr.answer('task', ({ path }) => {
    if (path === '/internal/feed/heads') return { status: 200, headers: {}, body: { heads: [3] } }
    return gives ? { status: 200, headers: {}, body: { events: [at(1, 0), at(2, 1)], head: 3 } } : { status: 503, headers: {}, body: {} }
  })
  const incoming = feeds({ dapr, logger: silentLogger, positions: { 'task-events/0': 0 }, hand: () => {}, pollMs: 20 })
  await incoming.start()
  await expect.poll(() => incoming.gauges().lag).toBe(2)
  gives = true
  await expect.poll(() => incoming.gauges().lag).toBe(0)
  await incoming.stop()
})
it('a producer that hangs keeps no other one waiting', async () => {
  const dapr = memoryDapr()
  let up = false
  dapr.answer('user', () => new Promise(() => {}))
  dapr.answer('task', () => (up ? { status: 200, headers: {}, body: { heads: [0] } } : { status: 503, headers: {}, body: {} }))
  const incoming = feeds({ dapr, logger: silentLogger, positions: {}, hand: () => {}, pollMs: 60_000 })
  await incoming.start()
  up = true
  await expect.poll(() => incoming.positions()).toEqual({ 'task-events/0': -1 })
  await incoming.stop()
})
it('a producer that stays away is asked less and less often', async () => {
  vi.useFakeTimers()
  const dapr = memoryDapr()
  const incoming = feeds({ dapr, logger: silentLogger, positions: {}, hand: () => {} })
  await incoming.start()
  const asked = async (ms: number) => {
    const before = dapr.invoked.length
    await vi.advanceTimersByTimeAsync(ms)
    return dapr.invoked.slice(before).filter(({ app }) => app === 'task').length
  }
  expect(await asked(1_000)).toBeGreaterThan(2)
  await asked(60_000)
  expect(await asked(10_000)).toBeLessThanOrEqual(10)
  await incoming.stop()
})
it('goes on from the end of a log that was put back, whether the positions before it were kept or are in memory', async () => {
  const [dapr, handed, errors]: [ReturnType<typeof memoryDapr>, number[], object[]] = [memoryDapr(), [], []]
  let head = 101
  dapr.answer('task', ({ path }) => ({ status: 200, headers: {}, body: path === '/internal/feed/heads' ? { heads: [head] } : { events: [], head, next: head } }))
  const logger = { ...silentLogger, error: (fields: object) => { errors.push(fields) } }
  const incoming = feeds({ dapr, logger, positions: { 'task-events/0': 500 }, hand: ({ position }) => { handed.push(position) }, pollMs: 5 })
  await incoming.start()
  await expect.poll(() => incoming.positions()).toEqual({ 'task-events/0': 100 })
  // One of the log before waits for what will never come.
  await incoming.deliver(at(120, 119), 'task-events')
  head = 51
  await expect.poll(() => incoming.positions()).toEqual({ 'task-events/0': 50 })
  await incoming.deliver(at(51, 50), 'task-events')
  expect([handed, incoming.waiting()]).toEqual([[51], 0])
  expect(errors).toEqual([{ topic: 'task-events', partition: 0, handedOn: 500, head: 101 }, { topic: 'task-events', partition: 0, handedOn: 100, head: 51 }])
  await incoming.stop()
})
it('is not set back by a producer that answers while events come', async () => {
  const [dapr, handed]: [ReturnType<typeof memoryDapr>, number[]] = [memoryDapr(), []]
  let head = 1
  dapr.answer('task', async () => {
    const heads = [head]
    head = 3
    for (const event of [at(1, 0), at(2, 1)]) await incoming.deliver(event, 'task-events')
    return { status: 200, headers: {}, body: { heads } }
  })
  const incoming = feeds({ dapr, logger: silentLogger, positions: { 'task-events/0': 0 }, hand: ({ position }) => { handed.push(position) }, pollMs: 5 })
  await incoming.start()
  await expect.poll(() => dapr.invoked.filter(({ app }) => app === 'task').length).toBeGreaterThan(1)
  await incoming.stop()
  expect([handed, incoming.positions()]).toEqual([[1, 2], { 'task-events/0': 2 }])
})
